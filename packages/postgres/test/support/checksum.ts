import { createHash } from 'node:crypto';

/** 64 letters and digits that no other text has. */
export function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
