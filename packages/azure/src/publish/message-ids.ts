import { createHash } from 'node:crypto';
import type { CloudEvent } from '@xorca/core';

// 128 characters at most: https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas. Others than these go over the wire as well,
// except for halves of a pair; but people and filters meet them, too.
const PLAIN = /^[\x20-\x7e]{1,128}$/;

/** The session of a subject: the subject itself, or its SHA-256 where it is empty, too long, or has other characters than printable ASCII. */
export function sessionOf(subject = ''): string {
  return PLAIN.test(subject) ? subject : sha256(subject);
}

/**
 * What Service Bus knows a repetition by. An id is unique within its source alone: two orchestrators name their first events over one
 * subject alike, and with the id a queue that detects duplicates would swallow one of the two.
 */
export function messageIdOf({ source, id }: CloudEvent): string {
  return sha256(JSON.stringify([source, id]));
}

/** What a wake is known by: the same for each time that it is asked for. */
export function wakeIdOf(id: string, at: number): string {
  return sha256(JSON.stringify(['wake', id, at]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
