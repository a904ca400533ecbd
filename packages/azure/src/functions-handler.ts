import { type Fleet, type Orchestrator, XorcaError } from '@xorca/core';
import { type PlatformOf, type RunnerOf, workOf } from '@xorca/core/handlers';
import { type FunctionsOptions, timeLimits, withInvocationLog } from './handlers/functions-options.ts';
import type { FunctionsContext, FunctionsHandler } from './handlers/functions-types.ts';
import { httpTrigger } from './handlers/http-trigger.ts';
import { inInvocation } from './handlers/invocation-log.ts';
import { eventGridTrigger, serviceBusTrigger, storageQueueTrigger } from './handlers/message-triggers.ts';
import { readDelivery } from './handlers/read-delivery.ts';
import { timerTrigger } from './handlers/timer-trigger.ts';
import type { Trigger } from './handlers/trigger.ts';

// Event Grid last: what has no context and is nothing else is an event, or a list of them.
const TRIGGERS: readonly Trigger[] = [
  httpTrigger,
  timerTrigger,
  serviceBusTrigger,
  storageQueueTrigger,
  eventGridTrigger,
];

/**
 * A function that moves processes, or carries out a fleet's commands, whatever triggers it: Service Bus, a storage queue, Event Grid, HTTP or
 * a timer, told apart by the context of the invocation. Register it with the trigger, or let `registerOrchestrator` do that. The runner is
 * made once, with the cold start; what is wrong with orchestrator, platform or options is `XORCA_CONFIG` then.
 *
 * Functions has one answer for all the messages of an invocation, which is to throw. So it throws when any of them must come again, with the
 * first one's code (`XORCA_CONFLICT`, `XORCA_UNAVAILABLE`, …), and all of them come again; those that were taken are duplicates then. HTTP
 * is answered event by event. Throws `XORCA_INVALID_EVENT` for any other trigger.
 *
 * @example
 * export const handler = functionsHandler(books, { store: tableStore({ table: 'xorca', endpoint }), publisher: serviceBusPublisher({ topic: 'books', endpoint: namespace }) })
 * app.serviceBusTopic('books', { topicName: 'books', subscriptionName: 'books', connection: 'ServiceBus', isSessionsEnabled: true, handler })
 */
export function functionsHandler<What extends Orchestrator | Fleet>(
  what: What,
  platform: PlatformOf<What>,
  options: FunctionsOptions<What> = {},
): FunctionsHandler<What> {
  const where = 'functionsHandler';
  const work = workOf(where, what, platform, withInvocationLog(options as FunctionsOptions), {
    read: readDelivery,
    own: ['timeLimit'],
  });
  const limits = timeLimits(options as FunctionsOptions, where);
  const handler = async (input: unknown, context: FunctionsContext = {}) => {
    const type = context.options?.trigger?.type;
    const trigger = TRIGGERS.find((each) =>
      type === undefined ? each.is?.(input) === true : each.type.toLowerCase() === type.toLowerCase(),
    );
    if (!trigger) throw unknownTrigger(where, String(type));
    return inInvocation(context, () => trigger.take({ work, input, context, limits }));
  };
  return Object.assign(handler, {
    runner: work.of.runner as RunnerOf<What>,
    putsAside: work.deadLetters !== undefined,
  });
}

function unknownTrigger(where: string, type: string): XorcaError {
  const known = TRIGGERS.map((each) => each.type).join(', ');
  return new XorcaError(
    'XORCA_INVALID_EVENT',
    `${where} was registered with the trigger ${JSON.stringify(type.slice(0, 60))}, and takes ${known}. Register it with one of these.`,
  );
}
