import { type CloudEvent, describeEvent, faultOfEvent, invalid } from '../cloud-event.ts';
import { messageOf, XorcaError } from '../errors.ts';
import type { ObjectStorage } from '../stores/object-storage.ts';
import { isClaimedText, isEventClaim, readEventClaim, readEventData } from './event-claim.ts';

/** Where data is read from. */
export interface DataSource {
  readonly objects: ObjectStorage;
  readonly prefix: string;
  readonly maxBytes: number;
}

/** An event with its data, or why it cannot have it: for good, or for now (`retryable`). */
export type Fetched =
  | { readonly event: CloudEvent; readonly error?: undefined }
  | { readonly error: XorcaError; readonly event?: undefined };

/** A delivery as an event, whose data may be elsewhere; undefined for what is none: whoever handles it says why. */
export function eventOf(raw: unknown, maxBytes: number): CloudEvent | undefined {
  if (typeof raw === 'string') {
    // As the runners do: a text is not parsed to learn that it is too large.
    if (raw.length > maxBytes * 2) return undefined;
    try {
      return eventOf(JSON.parse(raw) as object, maxBytes);
    } catch {
      return undefined;
    }
  }
  const event = raw as CloudEvent;
  return faultOfEvent(event) === undefined ? event : undefined;
}

/** The event whose data is elsewhere, by a reference that is meant for us; undefined for all other deliveries. */
export function claimedEvent(raw: unknown, maxBytes: number): CloudEvent | undefined {
  // Most texts are not: a search is far cheaper than a parse.
  if (typeof raw === 'string' && !raw.includes('"dataref"')) return undefined;
  const event = eventOf(raw, maxBytes);
  if (!event || !isEventClaim(event['dataref'])) return undefined;
  return event.data === undefined && event.data_base64 === undefined ? event : undefined;
}

/** Gets the data of an event that `claimedEvent` found. Never throws. */
export async function fetchData(
  event: CloudEvent,
  { objects, prefix, maxBytes }: DataSource,
): Promise<Fetched> {
  const { dataref, ...attributes } = event;
  const claim = readEventClaim(dataref as string);
  if (!claim)
    return { error: invalid(event, 'dataref: begins with "xorca:", but is none that xorca writes') };
  if (claim.bytes > maxBytes) {
    return {
      error: invalid(
        event,
        `dataref: names ${claim.bytes} bytes of data, maxBytes of readEventClaims is ${maxBytes}`,
      ),
    };
  }
  const key = prefix + claim.name;
  let text: string | undefined;
  try {
    text = (await objects.get(key))?.text;
  } catch (cause) {
    return {
      error: new XorcaError(
        'XORCA_UNAVAILABLE',
        `The data of ${named(event)} could not be read from object ${JSON.stringify(key)}: ${messageOf(cause)}. Nothing was done: deliver it again.`,
        { processId: event.subject as string, retryable: true, cause },
      ),
    };
  }
  if (text === undefined) return { error: corrupt(event, key, 'which is not there') };
  if (!(await isClaimedText(text, claim))) {
    return { error: corrupt(event, key, 'whose content is not the one that was written') };
  }
  const data = readEventData(text, event);
  if (data === 'stranger') return { error: invalid(event, 'dataref: names the data of another event') };
  if (!data) return { error: corrupt(event, key, 'which is none that xorca writes') };
  return { event: { ...attributes, ...data } as CloudEvent };
}

function corrupt(event: CloudEvent, key: string, fault: string): XorcaError {
  return new XorcaError(
    'XORCA_CORRUPT_RECORD',
    `The data of ${named(event)} is in object ${JSON.stringify(key)}, ${fault}. Restore the object and deliver the event again, or have it sent anew; see that reader and sender name the same bucket and prefix, and that its lifecycle rule keeps objects longer than queues keep messages.`,
    { processId: event.subject as string },
  );
}

function named(event: CloudEvent): string {
  return `${describeEvent(event)} for ${JSON.stringify(event.subject)}`;
}
