import { createHash } from 'node:crypto';
import type { CloudEvent } from '@xorca/core';

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html: 1 to 128 letters, digits and marks.
const GROUP = /^[\x21-\x7e]{1,128}$/;

/**
 * What a FIFO queue or topic keeps in order, and what it takes for the same: one group a subject, which is its SHA-256 where it has other
 * characters or is too long; and one deduplication id for each source and id, since an id is unique within its source alone: two
 * orchestrators name their first events over one subject alike.
 */
export function fifoIds({ source, id, subject = '' }: CloudEvent): {
  readonly MessageGroupId: string;
  readonly MessageDeduplicationId: string;
} {
  return {
    MessageGroupId: GROUP.test(subject) ? subject : sha256(subject),
    MessageDeduplicationId: sha256(JSON.stringify([source, id])),
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
