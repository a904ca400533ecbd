import { randomUUID } from 'node:crypto';
import { type Clock, type Scheduler, XorcaError } from '@xorca/core';
import { assertOptions, assertProcessId } from '@xorca/core/backend';
import { wakeMessage } from '@xorca/core/publishers';
import { type AzureConnection, CONNECTION_OPTIONS } from './azure-client.ts';
import { sessionOf, wakeIdOf } from './publish/message-ids.ts';
import { type ServiceBusConnectionClient, serviceBusSender } from './service-bus-sender.ts';
import { STORAGE_QUEUE_OPTIONS, type StorageQueuePlace, storageQueue } from './storage-queue.ts';

/** Options of `azureScheduler`: exactly one of `serviceBus` and `storageQueue`. */
export interface AzureSchedulerOptions {
  /** Wakes are scheduled messages of a queue of Service Bus, with sessions or without. */
  readonly serviceBus?: AzureConnection<ServiceBusConnectionClient> & { readonly queue: string };
  /** Wakes are messages of a queue of Storage that are not seen until their time. */
  readonly storageQueue?: StorageQueuePlace;
  /** Default: the system's clock. */
  readonly clock?: Clock;
}

/** A scheduler whose connection can be ended, so that it keeps no program alive. */
export interface AzureScheduler extends Scheduler {
  /** Ends the connection, if it was made here. A later wake opens another. */
  close(): Promise<void>;
}

/** Sends wakes over one service. */
interface Wakes {
  /** `ms`: how far ahead the wake is; not above zero, it is due. */
  send(id: string, at: number, ms: number): Promise<void>;
  close(): Promise<void>;
}

// A year that every service here takes for a date; whatever waits longer waits for the timer trigger.
const LATEST = Date.UTC(2_100, 0);
// https://learn.microsoft.com/rest/api/storageservices/put-message
const LONGEST_HIDDEN_MS = 604_800_000;
// What a stage leaves for the last one, so that this is never a moment that could get lost among differences of clocks.
const LAST_STAGE_MS = 3_600_000;
// Nearer than that, a wake may be the same one sent on its way once more, which must not pass for a repetition.
const NAMED_FROM_MS = 60_000;

/**
 * Makes wakes prompt: by a scheduled message of Service Bus, months ahead; or by a message of a queue of Storage that stays hidden, to the
 * second, and beyond seven days in stages: it comes early, and the handler sends it on its way again. Both bring a message that
 * `functionsHandler` knows. A hint like that of every scheduler: a timer trigger each minute stays the truth behind it.
 * Errors: `XORCA_UNAVAILABLE`, `XORCA_CONFIG` (options; no queue, no permission), `XORCA_INVALID_ID`.
 *
 * @example
 * const scheduler = azureScheduler({ storageQueue: { connection: process.env.STORAGE, queue: 'wakes' } })
 */
export function azureScheduler(options: AzureSchedulerOptions): AzureScheduler {
  assertOptions(options ?? {}, ['serviceBus', 'storageQueue', 'clock'], 'azureScheduler');
  const { clock = Date } = options;
  const wakes = wakesOf(options);
  return {
    async wake(id, at) {
      assertProcessId(id);
      if (Number.isNaN(at))
        throw new XorcaError('XORCA_CONFIG', 'A wake needs its time in epoch ms, not NaN.');
      if (at > LATEST) return;
      await wakes.send(id, at, at - clock.now());
    },
    close: () => wakes.close(),
  };
}

function wakesOf({ serviceBus, storageQueue }: AzureSchedulerOptions): Wakes {
  if (serviceBus !== undefined && storageQueue === undefined) return busWakes(serviceBus);
  if (storageQueue !== undefined && serviceBus === undefined) return queueWakes(storageQueue);
  throw new XorcaError('XORCA_CONFIG', 'azureScheduler needs exactly one of serviceBus and storageQueue.');
}

function busWakes(options: NonNullable<AzureSchedulerOptions['serviceBus']>): Wakes {
  const where = 'serviceBus of azureScheduler';
  assertOptions(options, [...CONNECTION_OPTIONS, 'queue'], where);
  const bus = serviceBusSender(options, { kind: 'queue', name: options.queue }, where);
  return {
    async send(id, at, ms) {
      try {
        const sender = await bus.sender();
        // By the way of all messages, with its time, and not by the management of the queue: nobody cancels a wake, so nobody needs its number.
        await sender.sendMessages({
          body: Buffer.from(wakeMessage(id, at)),
          contentType: 'application/json',
          subject: 'xorca.wake',
          // A queue with sessions takes nothing without; any other does not mind.
          sessionId: sessionOf(id),
          messageId: ms >= NAMED_FROM_MS ? wakeIdOf(id, at) : randomUUID(),
          ...(ms > 0 ? { scheduledEnqueueTimeUtc: new Date(at) } : {}),
        });
      } catch (cause) {
        throw bus.failed(cause, id);
      }
    },
    close: () => bus.close(),
  };
}

function queueWakes(options: StorageQueuePlace): Wakes {
  const where = 'storageQueue of azureScheduler';
  assertOptions(options, [...CONNECTION_OPTIONS, ...STORAGE_QUEUE_OPTIONS], where);
  const queue = storageQueue(options, where);
  return {
    async send(id, at, ms) {
      const hidden = ms <= LONGEST_HIDDEN_MS ? ms : Math.min(LONGEST_HIDDEN_MS, ms - LAST_STAGE_MS);
      try {
        // Rounded up: one that comes too soon would have to be sent again.
        await queue.send(wakeMessage(id, at), Math.ceil(Math.max(0, hidden) / 1_000));
      } catch (cause) {
        throw queue.failed(cause, id);
      }
    },
    async close() {},
  };
}
