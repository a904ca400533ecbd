import type { ServiceBusClient, ServiceBusSender } from '@azure/service-bus';
import { XorcaError } from '@xorca/core';
import { messageOf } from '@xorca/core/backend';
import { type AzureConnection, type AzureService, azureService } from './azure-client.ts';
import { serviceBusError } from './service-bus-errors.ts';
import { shown } from './shown-value.ts';

/** What a `ServiceBusClient` of `@azure/service-bus` has, as far as it is asked for. */
export interface ServiceBusConnectionClient {
  createSender(queueOrTopic: string, options?: never): object;
}

/** One sender to a queue or topic, which is there with the first message. */
export interface BusSender {
  /** For errors: `queue "x"`. */
  readonly resource: string;
  sender(): Promise<ServiceBusSender>;
  /** What a call that failed is told as. */
  failed(cause: unknown, processId?: string): XorcaError;
  /** Ends the connection, if it was made here; the next message opens another. */
  close(): Promise<void>;
}

/** Where a sender sends to. */
export interface BusEntity {
  readonly kind: 'queue' | 'topic';
  readonly name: unknown;
}

// 260 characters: https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas
const NAME = /^[A-Za-z0-9](?:[\w./-]{0,258}[A-Za-z0-9])?$/;
// For each try: to connect, prove who calls, open the link and hear that a message was taken takes a second at worst, and some ms later on. The
// SDK would wait a minute, four times; and when the network ends a connection while a message is on its way, it hears of nothing before this is over.
const TRY_MS = 5_000;
const RETRIES = { maxRetries: 2, retryDelayInMs: 200, timeoutInMs: TRY_MS };
// Of the event loop: whichever phase we are in, between two such turns the sockets are looked at.
const TURNS = 2;

/** The sender of a port's options; `XORCA_CONFIG` unless they name a queue or a topic. */
export function serviceBusSender(
  connection: AzureConnection<ServiceBusConnectionClient>,
  { kind, name }: BusEntity,
  where: string,
): BusSender {
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `${where} needs ${kind}: the name of a ${kind} of Service Bus, not ${shown(name)}.`,
    );
  }
  const resource = `${kind} ${JSON.stringify(name)}`;
  const connect = () => busService(connection, where);
  let service = connect();
  let opened: Promise<ServiceBusSender> | undefined;

  async function open(): Promise<ServiceBusSender> {
    const client = await service.client();
    try {
      return client.createSender(name as string);
    } catch (cause) {
      if (!/EntityPath/.test(messageOf(cause))) throw cause;
      throw new XorcaError(
        'XORCA_CONFIG',
        `${where} was given a connection string for another queue or topic (its EntityPath) than ${resource}. Take the one of ${resource}, or of the namespace.`,
      );
    }
  }

  return {
    resource,
    async sender() {
      // While a function was frozen its connection may have been ended: that must be heard before a message is given to it, to be lost.
      for (let turn = 0; turn < TURNS; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
      // One that somebody closed, as with its client, sends no more.
      if (opened && (await opened).isClosed) opened = undefined;
      opened ??= open();
      const mine = opened;
      try {
        return await mine;
      } catch (cause) {
        if (opened === mine) opened = undefined;
        throw cause;
      }
    },
    failed: (cause, processId) =>
      serviceBusError(cause, {
        action: 'Send',
        resource,
        missing: 'Make it, or correct its name.',
        role: 'Azure Service Bus Data Sender',
        ...(processId === undefined ? {} : { processId }),
      }),
    async close() {
      const opening = opened;
      const { client } = service;
      opened = undefined;
      service = connect();
      // What could not be opened is told to those who send, and has no connection to end.
      const sender = await opening?.catch(() => undefined);
      if (!sender) return;
      await sender.close();
      if (connection.client === undefined) await (await client()).close();
    },
  };
}

function busService(
  connection: AzureConnection<ServiceBusConnectionClient>,
  where: string,
): AzureService<ServiceBusClient> {
  return azureService<typeof import('./sdk/service-bus-sdk.ts'), ServiceBusClient>(connection, {
    where,
    sdk: '@azure/service-bus',
    method: 'createSender',
    endpoint: '<namespace>.servicebus.windows.net',
    identity: { uris: ['fullyQualifiedNamespace'] },
    load: () => import('./sdk/service-bus-sdk.ts'),
    fromConnection: (sdk, text) => new sdk.ServiceBusClient(text, { retryOptions: RETRIES }),
    fromEndpoint: (sdk, endpoint, credential) =>
      new sdk.ServiceBusClient(namespaceOf(endpoint), credential as never, { retryOptions: RETRIES }),
  });
}

// The SDK wants the name of a host; what the portal shows is a URL.
function namespaceOf(endpoint: string): string {
  return endpoint.replace(/^\w+:\/\//, '').replace(/[/:].*$/, '');
}
