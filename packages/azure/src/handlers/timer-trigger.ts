import { field, wakeDue } from '@xorca/core/handlers';
import type { Trigger } from './trigger.ts';

/** A schedule: wakes whatever is due. */
export const timerTrigger: Trigger = {
  type: 'timerTrigger',
  is: (input) => field(input, 'isPastDue') !== undefined && field(input, 'schedule') !== undefined,
  // What it has no time for, or could not wake, is due still when it comes again.
  take: ({ work, limits }) => wakeDue(work, work.deadlineIn(limits.anyMs)),
};
