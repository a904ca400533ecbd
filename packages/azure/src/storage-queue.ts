import type { QueueClient } from '@azure/storage-queue';
import { XorcaError } from '@xorca/core';
import { bytesOf } from '@xorca/core/publishers';
import { type AzureConnection, azureService } from './azure-client.ts';
import { shown } from './shown-value.ts';

/** What a `QueueClient` of `@azure/storage-queue` has, as far as it is asked for. */
export interface StorageQueueClient {
  readonly name: string;
  sendMessage(messageText: string, options?: never): Promise<unknown>;
}

/** A queue of Storage. Its endpoint is `https://<account>.queue.core.windows.net`. */
export interface StorageQueuePlace extends AzureConnection<StorageQueueClient> {
  /** The name of a queue; left out where `client` is given, which names one. */
  readonly queue?: string;
  /** How messages are written. Default `'base64'`, which is what the triggers of Functions read unless their `host.json` says `none`; that is `'text'`. */
  readonly encoding?: 'base64' | 'text';
}

/** The options of `StorageQueuePlace` beside those of its connection. */
export const STORAGE_QUEUE_OPTIONS: readonly (keyof StorageQueuePlace)[] = ['queue', 'encoding'];

/** One queue of Storage as the ports call it. */
export interface StorageQueue {
  /** For errors: `queue "x"`. */
  readonly resource: string;
  /** Why a text can never be sent though it is not too long, or undefined. */
  faultOf(text: string): string | undefined;
  /** Sends a text, to be seen after so many seconds, 604,800 at most; throws what the SDK throws. */
  send(text: string, seconds?: number): Promise<void>;
  /** What a call that failed is told as. */
  failed(cause: unknown, processId?: string): XorcaError;
}

/**
 * Bytes of UTF-8 that a text may have: 64 KiB for a message as it is written, https://learn.microsoft.com/rest/api/storageservices/put-message, of
 * which base64 takes a quarter. As much in text, so that whoever changes the encoding changes nothing else.
 */
export const MAX_TEXT_BYTES = 49_152;
// The service takes this much for a call with all its XML: https://github.com/Azure/azure-sdk-for-net/issues/32663. The frame has 130.
const MAX_XML_BYTES = 131_584 - 256;
// https://learn.microsoft.com/rest/api/storageservices/naming-queues-and-metadata
const NAME = /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
// For each call with all its tries, whoever made the client: a service that never answers must not take an invocation along.
const CALL_MS = 20_000;
// The SDK's own pauses grow from four seconds; who waits here has an event in hand. The first repetition comes at once.
const RETRIES = { maxTries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 2_000 };
// Seven days are the default, after which Storage drops a message. What was sent must not vanish because nobody read it for a week.
const NEVER = -1;
const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** The queue of a port's options; `XORCA_CONFIG` unless they name one. */
export function storageQueue(options: StorageQueuePlace, where: string): StorageQueue {
  const { encoding = 'base64' } = options;
  const queue = queueName(options, where);
  if (encoding !== 'base64' && encoding !== 'text') {
    throw new XorcaError(
      'XORCA_CONFIG',
      `encoding of ${where} is 'base64' or 'text', as the consumer reads it.`,
    );
  }
  const service = azureService<typeof import('./sdk/storage-queue-sdk.ts'), QueueClient>(options, {
    where,
    sdk: '@azure/storage-queue',
    method: 'sendMessage',
    endpoint: 'https://<account>.queue.core.windows.net',
    identity: {
      uris: ['queueServiceUri', 'serviceUri'],
      ofAccount: (account) => `https://${account}.queue.core.windows.net`,
    },
    load: () => import('./sdk/storage-queue-sdk.ts'),
    fromConnection: (sdk, connection) => new sdk.QueueClient(connection, queue, { retryOptions: RETRIES }),
    fromEndpoint: (sdk, endpoint, credential) =>
      new sdk.QueueClient(`${endpoint.replace(/\/+$/, '')}/${queue}`, credential as never, {
        retryOptions: RETRIES,
      }),
  });
  const isText = encoding === 'text';
  const resource = `queue ${JSON.stringify(queue)}`;
  return {
    resource,
    faultOf(text) {
      if (!isText) return undefined;
      const bytes = bytesOf(text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char));
      return bytes > MAX_XML_BYTES
        ? `as text in XML, where each quotation mark takes six bytes, it has ${bytes}, and ${resource} takes ${MAX_XML_BYTES}; encoding 'base64' has no such limit`
        : undefined;
    },
    async send(text, seconds = 0) {
      const client = await service.client();
      await client.sendMessage(isText ? text : Buffer.from(text).toString('base64'), {
        messageTimeToLive: NEVER,
        ...(seconds > 0 ? { visibilityTimeout: seconds } : {}),
        abortSignal: AbortSignal.timeout(CALL_MS),
      });
    },
    failed: (cause, processId) =>
      service.failed(cause, {
        action: 'PutMessage',
        resource,
        missing: 'Make it, or correct its name.',
        role: 'Storage Queue Data Message Sender',
        ...(processId === undefined ? {} : { processId }),
      }),
  };
}

function queueName({ queue, client }: StorageQueuePlace, where: string): string {
  if (client !== undefined && queue !== undefined) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `${where} has a client and a queue: a client names its queue, so leave one of them out.`,
    );
  }
  // What else a client lacks is told where it is looked at.
  if (client !== undefined) return String((client as StorageQueueClient | null)?.name);
  if (typeof queue === 'string' && NAME.test(queue)) return queue;
  throw new XorcaError(
    'XORCA_CONFIG',
    `${where} needs queue: the name of a queue of Storage, 3 to 63 small letters, digits and single "-", not ${shown(queue)}.`,
  );
}
