import type { Fleet, Orchestrator } from '@xorca/core';
import { isWake, type PlatformOf, takeOrThrow, wakeDue } from '@xorca/core/handlers';
import type { LambdaOptions } from './lambda-options.ts';
import type { LambdaHandler } from './lambda-types.ts';
import { isCron, readDelivery } from './read-delivery.ts';
import { THROWN_BACK } from './thrown-back.ts';
import { handlerOf, type Trigger } from './trigger.ts';

/** Wakes: of one process by a scheduler, of all that are due by a cron. */
export const wakeTrigger: Trigger = {
  shape: 'a wake ({"xorca":"wake"}, or a "Scheduled Event" of aws.events)',
  is: (event) => isWake(event) || isCron(event),
  async take(work, body, deadlineAt) {
    const wake = readDelivery(body);
    // A named process is retried by Lambda; what a cron could not wake is due still when it comes again.
    if (wake.kind === 'wake' && wake.id === undefined) return wakeDue(work, deadlineAt);
    return takeOrThrow(work, 'a scheduler', [{ body, origin: { trigger: 'wake' } }], deadlineAt, THROWN_BACK);
  },
};

/**
 * A function that a schedule invokes, once a minute or so: fires due timers and sends unconfirmed events again until nothing is left or the time
 * is over, and answers with what it did. A wake message that names a process wakes that one. Throws when the store cannot be asked, or
 * a named process not be woken. Errors: those of `lambdaHandler`.
 *
 * @example
 * export const handler = wakeHandler(books, { store: dynamodbStore({ table: 'xorca' }), publisher: eventBridgePublisher({ bus }) })
 */
export function wakeHandler<What extends Orchestrator | Fleet>(
  what: What,
  platform: PlatformOf<What>,
  options: LambdaOptions<What> = {},
): LambdaHandler<What> {
  return handlerOf('wakeHandler', [wakeTrigger], what, platform, options);
}
