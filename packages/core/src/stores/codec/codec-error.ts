import { XorcaError } from '../../errors.ts';

/** `XORCA_CODEC` for a body that cannot be decoded: what is wrong with it, and what to do. Never retryable, never with a key in it. */
export function unreadable(processId: string, fault: string, advice: string, cause?: unknown): XorcaError {
  return new XorcaError(
    'XORCA_CODEC',
    `Process ${JSON.stringify(processId)} cannot be read: its body ${fault}. The record was left as it is. ${advice}`,
    cause === undefined ? { processId } : { processId, cause },
  );
}
