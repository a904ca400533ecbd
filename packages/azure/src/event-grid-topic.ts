import type { EventGridPublisherClient } from '@azure/eventgrid';
import { XorcaError } from '@xorca/core';
import { type AzureConnection, azureService } from './azure-client.ts';
import { azureStatus } from './azure-errors.ts';
import { connectionOf } from './azure-settings.ts';
import { shown } from './shown-value.ts';

/** What an `EventGridPublisherClient` of `@azure/eventgrid` has, as far as it is asked for. */
export interface EventGridClient {
  readonly endpointUrl: string;
  send(events: never, options?: never): Promise<unknown>;
}

/** A topic of Event Grid whose input schema is CloudEvents 1.0. Exactly one of `client`, `endpoint` and `setting`. */
export interface EventGridPlace extends Omit<AzureConnection<EventGridClient>, 'connection'> {
  /** Made with the schema `'Custom'`: with `'CloudEvent'` the SDK writes events anew, with a time and a type of content that they did not have. */
  readonly client?: EventGridClient;
  /** `https://<topic>.<region>-1.eventgrid.azure.net/api/events` */
  readonly endpoint?: string;
  /** One of the topic's two keys. Default: `credential` signs the calls. */
  readonly key?: string;
}

/** The options of `EventGridPlace`. */
export const EVENT_GRID_OPTIONS: readonly (keyof EventGridPlace)[] = [
  'client',
  'endpoint',
  'setting',
  'credential',
  'key',
];

/** One topic as the publisher calls it. */
export interface EventGridTopic {
  /** For errors: `topic "x"`. */
  readonly resource: string;
  /** Sends events as they are, all or none; throws what the SDK throws. */
  send(events: readonly object[]): Promise<void>;
  /** What a call that failed is told as. */
  failed(cause: unknown): XorcaError;
}

// For each try. A megabyte must come through a slow line.
const CALL_MS = 10_000;
// The SDK's own pauses grow from a second; who waits here has an event in hand.
const RETRIES = { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 1_000 };
const HEADERS = { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' };
const NOT_FOUND = 404;

/** The topic of a port's options; `XORCA_CONFIG` unless they name one. */
export function eventGridTopic(options: EventGridPlace, where: string): EventGridTopic {
  const { client, endpoint, key } = options;
  const wrong = (text: string) => new XorcaError('XORCA_CONFIG', text);
  if (key !== undefined) {
    if (typeof key !== 'string' || key === '') {
      throw wrong(`key of ${where} must be a text, and not an empty one. Is its variable set?`);
    }
    if (endpoint === undefined || options.credential !== undefined) {
      throw wrong(`key of ${where} goes with endpoint, and stands for credential.`);
    }
  }
  if (endpoint !== undefined && !/^https?:\/\/[^/\s]+\//.test(`${endpoint}/`)) {
    throw wrong(
      `endpoint of ${where} must be the address of a topic, "https://<topic>.<region>-1.eventgrid.azure.net/api/events", not ${shown(endpoint)}.`,
    );
  }
  const { inputSchema } = (client ?? {}) as { inputSchema?: unknown };
  if (inputSchema !== undefined && inputSchema !== 'Custom') {
    throw wrong(
      `client of ${where} has the schema ${JSON.stringify(inputSchema)}, with which the SDK writes events anew. Make it with "Custom": new EventGridPublisherClient(endpoint, "Custom", credential). The topic stays one of CloudEvents.`,
    );
  }
  const identity = { uris: ['topicEndpointUri'] };
  const service = azureService<typeof import('./sdk/event-grid-sdk.ts'), EventGridPublisherClient<'Custom'>>(
    // With a key nobody has to be asked who calls: that is what a connection string is to others.
    key === undefined ? options : { connection: endpoint as string },
    {
      where,
      sdk: '@azure/eventgrid',
      method: 'send',
      endpoint: 'https://<topic>.<region>-1.eventgrid.azure.net/api/events',
      identity,
      load: () => import('./sdk/event-grid-sdk.ts'),
      fromConnection(sdk, address) {
        if (key !== undefined) {
          return new sdk.EventGridPublisherClient(
            address,
            'Custom',
            new sdk.AzureKeyCredential(key),
            settingsOf(address),
          );
        }
        throw wrong(
          `${where} knows no connection strings: Event Grid has none. Set ${options.setting}__topicEndpointUri in place of ${options.setting}, or give endpoint and key.`,
        );
      },
      fromEndpoint: (sdk, address, credential) =>
        new sdk.EventGridPublisherClient(address, 'Custom', credential as never, settingsOf(address)),
    },
  );
  const { setting } = options;
  const found = setting === undefined ? undefined : connectionOf(setting, { where, identity }).endpoint;
  const name = nameOf(endpoint ?? client?.endpointUrl ?? found);
  const resource =
    name === '' ? `topic of setting ${JSON.stringify(setting)}` : `topic ${JSON.stringify(name)}`;
  return {
    resource,
    async send(events) {
      const sender = await service.client();
      const requestOptions = { customHeaders: HEADERS, timeout: CALL_MS };
      await sender.send(events as never, { requestOptions });
    },
    failed(cause) {
      const call = {
        action: 'PublishEvents',
        resource,
        missing: 'Make it, or correct its endpoint.',
        role: 'EventGrid Data Sender',
      };
      // Nothing else can be missing there, whatever it is called.
      if (azureStatus(cause) !== NOT_FOUND) return service.failed(cause, call);
      const { message } = cause as { message?: unknown };
      return service.failed(Object.assign(new Error(String(message)), { code: 'ResourceNotFound' }), call);
    },
  };
}

// Without TLS only on this machine, as an emulator is.
function settingsOf(address: string): object {
  const isLocal = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/.test(`${address}/`);
  return { retryOptions: RETRIES, ...(isLocal ? { allowInsecureConnection: true } : {}) };
}

// The first label of the host: it is the topic's name.
function nameOf(endpoint: unknown): string {
  const host = /^https?:\/\/(?:[^/@]*@)?([^/?#]+)/.exec(String(endpoint))?.[1] ?? '';
  return /\.eventgrid\./.test(host) ? (host.split('.')[0] ?? host) : host;
}
