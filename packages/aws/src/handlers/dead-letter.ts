import type { CloudEvent, XorcaError } from '@xorca/core';
import type { TriggerName } from './log-entry.ts';

/** Something that can never be taken, for `deadLetters`. */
export interface DeadLetter {
  /** As its trigger brought it: the body of a message, or the event as JSON. */
  readonly body: string;
  /** As far as it could be read. */
  readonly event?: CloudEvent;
  /** Why it can never be taken. */
  readonly error: XorcaError;
  readonly trigger: TriggerName;
  /** Of SQS or SNS. */
  readonly messageId?: string;
}
