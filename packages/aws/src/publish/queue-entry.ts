import type { Refused } from './batch-publisher.ts';

/** An entry that a batch of SQS or SNS did not take. */
export interface QueueFailure {
  readonly Id?: string | undefined;
  readonly SenderFault?: boolean | undefined;
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
}

// Faults that the service calls the sender's, and that another moment mends all the same.
const MENDABLE = /Throttl|Access|Authoriz|KMS|Kms|OverLimit|Unavailable|Internal/;

/** Which places of a batch were refused; an entry's id is its place. */
export function refusedOf(failures: readonly QueueFailure[] = []): Refused[] {
  return failures.map(({ Id, SenderFault, Code = 'unknown', Message }) => ({
    at: Number(Id),
    reason: Message ? `${Message} (${Code})` : Code,
    retryable: SenderFault !== true || MENDABLE.test(Code),
  }));
}
