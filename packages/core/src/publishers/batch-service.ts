import type { CloudEvent } from '../cloud-event.ts';
import type { XorcaError } from '../errors.ts';

/** Why an entry of a batch was not taken. */
export interface Refused {
  /** Its place in the batch. */
  readonly at: number;
  /** What the service calls it. */
  readonly code: string;
  readonly message?: string | undefined;
}

/** A service that takes batches. */
export interface BatchService<Entry> {
  readonly maxEntries: number;
  readonly maxBatchBytes: number;
  readonly maxEventBytes: number;
  /** Keeps the order of what it takes: then no batch has two events of a subject, since it may refuse the first and take the second. */
  readonly isFifo?: boolean;
  /** The entry of an event, with its bytes as the service counts them; or why it can never be sent. */
  entryOf(event: CloudEvent): { readonly entry: Entry; readonly bytes: number } | { readonly fault: string };
  /** Sends a batch; gives the entries that were not taken. Throws when the call as a whole failed. */
  send(entries: readonly Entry[]): Promise<readonly Refused[]>;
  /** What a call that failed is told as. */
  failed(cause: unknown): XorcaError | Promise<XorcaError>;
  /** Whether an entry was refused for what the event is, so that it would be refused again. All else may be mended, and goes later. */
  isEventFault(code: string, message: string): boolean;
  /** Whether a whole call was refused for what one of its entries is, or for their size together. */
  isBatchFault(cause: unknown): boolean;
}

/** The words for an event that is larger than its way. */
export function tooLarge(event: CloudEvent, bytes: number, most: number, where: string): string {
  return `${event.type} has ${bytes} bytes, and ${where} takes at most ${most}. Keep large data elsewhere, or give the publisher a claimCheck`;
}
