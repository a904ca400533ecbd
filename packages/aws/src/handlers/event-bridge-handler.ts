import type { Fleet, Orchestrator } from '@xorca/core';
import { field, type PlatformOf, takeOrThrow } from '@xorca/core/handlers';
import type { LambdaOptions } from './lambda-options.ts';
import type { LambdaHandler } from './lambda-types.ts';
import { isEventBridge } from './read-delivery.ts';
import { THROWN_BACK } from './thrown-back.ts';
import { handlerOf, type Trigger } from './trigger.ts';

/** What is read of an event of EventBridge: the CloudEvent is its `detail`. That of `@types/aws-lambda` fits. */
export interface EventBridgeEvent {
  readonly 'detail-type': string;
  readonly source: string;
  readonly detail: unknown;
}

/** Events of EventBridge, and CloudEvents by themselves, as a rule with the input path `$.detail` sends them. */
export const eventBridgeTrigger: Trigger = {
  shape: 'an event of EventBridge (detail-type, detail) or a CloudEvent by itself (specversion)',
  is: (event) => isEventBridge(event) || typeof field(event, 'specversion') === 'string',
  take: (work, body, deadlineAt) =>
    takeOrThrow(
      work,
      'EventBridge',
      [{ body, origin: { trigger: 'event-bridge' } }],
      deadlineAt,
      THROWN_BACK,
    ),
};

/**
 * A function that is the target of a rule of EventBridge. `detail` is the whole CloudEvent, as `eventBridgePublisher` puts it there. Throws
 * for what failed or can never be taken, so that Lambda invokes it again and then puts it aside. Errors: those of `lambdaHandler`.
 *
 * @example
 * export const handler = eventBridgeHandler(books, { store: dynamodbStore({ table: 'xorca' }), publisher: eventBridgePublisher({ bus }) })
 */
export function eventBridgeHandler<What extends Orchestrator | Fleet>(
  what: What,
  platform: PlatformOf<What>,
  options: LambdaOptions<What> = {},
): LambdaHandler<What> {
  return handlerOf('eventBridgeHandler', [eventBridgeTrigger], what, platform, options);
}
