import type { Refused } from '@xorca/core/publishers';

/** An entry that a batch of SQS or SNS did not take. */
export interface QueueFailure {
  readonly Id?: string | undefined;
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
}

/** Which places of a batch were refused; an entry's id is its place. */
export function refusedOf(failures: readonly QueueFailure[] = []): Refused[] {
  return failures.map(({ Id, Code = 'unknown', Message }) => ({
    at: Number(Id),
    code: Code,
    message: Message,
  }));
}
