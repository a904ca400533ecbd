import type { CloudEvent } from './cloud-event.ts';

/** Whether an event's JSON takes more than so many bytes of UTF-8. */
export function isLarger(event: CloudEvent, maxBytes: number): boolean {
  const text = JSON.stringify(event);
  // UTF-8 takes one to three bytes a UTF-16 unit: only in between must they be counted.
  if (text.length > maxBytes) return true;
  return text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes;
}
