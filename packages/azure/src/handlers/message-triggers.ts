import { isXorcaError } from '@xorca/core';
import { fullJitter } from '@xorca/core/backend';
import { type Delivery, type Origin, type ThrownBack, takeOrThrow, type Work } from '@xorca/core/handlers';
import type { FunctionsContext } from './functions-types.ts';
import { type MetadataNames, originsOf } from './message-origin.ts';
import type { Invocation, Trigger } from './trigger.ts';

// The host knows one answer for all the messages of an invocation: what was taken beside one that failed comes again as well, and is a
// duplicate then.
const SERVICE_BUS: ThrownBack = {
  failed: 'Service Bus delivers again, with whatever came in the same batch.',
  rejected:
    'It can never be taken: after its last delivery Service Bus puts it into the dead-letter queue, with whatever came in the same batch.',
};
const STORAGE_QUEUE: ThrownBack = {
  failed: 'The queue delivers again.',
  rejected: 'It can never be taken: after its last delivery the host puts it into the queue "<name>-poison".',
};
const EVENT_GRID: ThrownBack = {
  failed: 'Event Grid delivers again.',
  rejected: 'It can never be taken: look for it where the subscription puts dead letters.',
};

/** A queue or a subscription of Service Bus: one message, or a batch. */
export const serviceBusTrigger: Trigger = {
  type: 'serviceBusTrigger',
  take: (call) =>
    taken(call, SERVICE_BUS, { trigger: 'serviceBus', id: 'messageId', count: 'deliveryCount' }),
};

/** A queue of a storage account: one message. */
export const storageQueueTrigger: Trigger = {
  type: 'queueTrigger',
  take: (call) => taken(call, STORAGE_QUEUE, { trigger: 'storageQueue', id: 'id', count: 'dequeueCount' }),
};

/** Event Grid: one event, or a batch. Also whatever came without a context. */
export const eventGridTrigger: Trigger = {
  type: 'eventGridTrigger',
  is: () => true,
  take: (call) => taken(call, EVENT_GRID, { trigger: 'eventGrid', id: 'id', count: 'deliveryCount' }),
};

async function taken(
  { work, input, context, limits }: Invocation,
  thrownBack: ThrownBack,
  names: MetadataNames,
): Promise<object> {
  const messages = messagesOf(input, context);
  const origins = originsOf(context, messages.length, names);
  const deliveries = messages.map(
    (body, at): Delivery => ({ body, origin: origins[at] ?? { trigger: names.trigger } }),
  );
  const deadlineAt = work.deadlineIn(limits.anyMs);
  try {
    return (await takeOrThrow(work, named(names), deliveries, deadlineAt, thrownBack)) ?? {};
  } catch (error) {
    if (isXorcaError(error) && error.retryable) await backOff(work, origins, deadlineAt);
    throw error;
  }
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;

/**
 * Waits before what failed is given back, the longer the more often it came. Service Bus delivers again at once: while a store is away for a
 * minute, all its deliveries would be over within seconds, and good events would be dead letters. The host keeps the lock meanwhile, and a
 * place that is taken so is one call less for a service that is in trouble.
 */
async function backOff(work: Work, origins: readonly Origin[], deadlineAt: number): Promise<void> {
  const deliveries = Math.max(0, ...origins.map(({ receiveCount = 0 }) => receiveCount));
  // Event Grid waits by itself, and does not say how often it has come.
  if (deliveries === 0) return;
  await work.pause(fullJitter(deliveries - 1, FIRST_WAIT_MS, LONGEST_WAIT_MS, work.random), deadlineAt);
}

function named({ trigger }: MetadataNames): string {
  return (
    { serviceBus: 'Service Bus', storageQueue: 'a storage queue', eventGrid: 'Event Grid' }[trigger] ??
    trigger
  );
}

/** A message whose text is a list in JSON comes as a list, too: only the setting of the trigger tells it from a batch. */
function messagesOf(input: unknown, { options }: FunctionsContext): readonly unknown[] {
  if (!Array.isArray(input)) return [input];
  const isBatch = options?.trigger === undefined || options.trigger.cardinality === 'many';
  return isBatch ? (input as readonly unknown[]) : [input];
}
