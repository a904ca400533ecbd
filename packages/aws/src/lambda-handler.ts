import type { Fleet, Orchestrator } from '@xorca/core';
import type { PlatformOf } from '@xorca/core/handlers';
import { eventBridgeTrigger } from './handlers/event-bridge-handler.ts';
import { httpTrigger } from './handlers/http-handler.ts';
import type { LambdaOptions } from './handlers/lambda-options.ts';
import type { LambdaHandler } from './handlers/lambda-types.ts';
import { snsTrigger } from './handlers/sns-handler.ts';
import { sqsTrigger } from './handlers/sqs-handler.ts';
import { handlerOf } from './handlers/trigger.ts';
import { wakeTrigger } from './handlers/wake-handler.ts';

/**
 * A Lambda function that moves processes, or carries out a fleet's commands, whatever triggers it: SQS, SNS, EventBridge, a schedule, API
 * Gateway or a function URL, told apart by the shape of the event. The runner is made once, with the cold start; what is wrong with
 * orchestrator, platform or options is `XORCA_CONFIG` then. An invocation stops before its time is over and gives back the rest.
 *
 * Throws `XORCA_INVALID_EVENT` for an event of no known trigger; from SNS, EventBridge and a schedule also whatever keeps an event from being
 * taken, since throwing is the only answer that Lambda heeds there. Each trigger has a handler of its own, too: `sqsHandler`, `snsHandler`,
 * `eventBridgeHandler`, `wakeHandler`, `httpHandler`.
 *
 * @example
 * export const handler = lambdaHandler(books, { store: dynamodbStore({ table: 'xorca' }), publisher: eventBridgePublisher({ bus: 'xorca' }) })
 */
export function lambdaHandler<What extends Orchestrator | Fleet>(
  what: What,
  platform: PlatformOf<What>,
  options: LambdaOptions<What> = {},
): LambdaHandler<What> {
  // Wakes before events of EventBridge: what a cron sends looks like one.
  const triggers = [sqsTrigger, snsTrigger, wakeTrigger, eventBridgeTrigger, httpTrigger];
  return handlerOf('lambdaHandler', triggers, what, platform, options);
}
