import type { CloudEvent } from '../cloud-event.ts';
import { type FailedPublish, messageOf } from '../errors.ts';
import type { ObjectStorage } from '../stores/object-storage.ts';
import { claimOn, present, utf8Length, writeEventClaim, writeEventData } from './event-claim.ts';

/** Where data goes, and the bounds. All sizes are bytes of an event's JSON. */
export interface ClaimSettings {
  readonly objects: ObjectStorage;
  readonly prefix: string;
  readonly threshold: number;
  readonly maxEventBytes: number;
  /** What the bus takes, if that is known. */
  readonly busBytes: number | undefined;
}

/** An event as it goes out, or why it does not. */
export type Outgoing =
  | { readonly event: CloudEvent; readonly failed?: undefined }
  | { readonly failed: FailedPublish };

/** The JSON of an event over the threshold. Undefined for all others, and for what has no JSON: the bus judges it. */
export function largeJson(event: CloudEvent, threshold: number): string | undefined {
  try {
    const text = JSON.stringify(event);
    // A UTF-16 unit is at most 3 bytes of UTF-8.
    return text.length * 3 > threshold && utf8Length(text) > threshold ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Puts the data of a large event into the storage. Never throws. */
export async function claimData(event: CloudEvent, json: string, settings: ClaimSettings): Promise<Outgoing> {
  const { objects, prefix, maxEventBytes, busBytes } = settings;
  const size = utf8Length(json);
  if (size > maxEventBytes) {
    return refused(event, `its JSON has ${size} bytes, maxEventBytes of withEventClaims is ${maxEventBytes}`);
  }
  // From the JSON: what a bus would send, whatever class the event is of.
  const { data, data_base64, dataref, ...attributes } = JSON.parse(json) as CloudEvent;
  const text = writeEventData(event, present({ data, data_base64, dataref }));
  const claim = await claimOn(text);
  const claimed: CloudEvent = { ...attributes, dataref: writeEventClaim(claim) };
  const left = utf8Length(JSON.stringify(claimed));
  // Its attributes make it large: the bus takes it as it is, or says why not.
  if ((data === undefined && data_base64 === undefined) || left >= size) return { event };
  if (busBytes !== undefined && left > busBytes) {
    return refused(event, `without its data its JSON has ${left} bytes, the bus takes ${busBytes}`);
  }
  try {
    await objects.put(prefix + claim.name, text, 'any');
    return { event: claimed };
  } catch (error) {
    const reason = `its data could not be put into object ${JSON.stringify(prefix + claim.name)}: ${messageOf(error)}`;
    // Whatever the storage says: a missing permission is given one day, and until then the event waits in its outbox.
    return { failed: { id: event.id, reason, retryable: true } };
  }
}

function refused({ id }: CloudEvent, reason: string): Outgoing {
  return { failed: { id, reason, retryable: false } };
}
