import type { CloudEvent } from '../cloud-event.ts';
import type { XorcaError } from '../errors.ts';

/** Something that can never be taken, for `deadLetters`. */
export interface DeadLetter {
  /** As its trigger brought it: the body of a message, or the event as JSON. */
  readonly body: string;
  /** As far as it could be read. */
  readonly event?: CloudEvent;
  /** Why it can never be taken. */
  readonly error: XorcaError;
  /** What brought it: `sqs`, `serviceBus`. */
  readonly trigger: string;
  /** Where its trigger gives messages one. */
  readonly messageId?: string;
}
