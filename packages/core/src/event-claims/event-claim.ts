import type { CloudEvent } from '../cloud-event.ts';
import { bodyHash } from '../stores/claim-check-blob.ts';

// `dataref` is a URI reference. A scheme of our own tells ours from a stranger's, and no client would fetch it.
const SCHEME = 'xorca:';
const REFERENCE = /^xorca:(event\/([0-9a-f]{64})\.([1-9][0-9]{0,11}))$/;

/** Where the data of an event is. The name follows from the text there, so nobody can name a text that he does not know. */
export interface EventClaim {
  /** `event/<hash>.<bytes>`, without the prefix. */
  readonly name: string;
  /** SHA-256 of the object's UTF-8, in hex. */
  readonly hash: string;
  /** Length of the object's UTF-8, so that a reader can refuse it unread. */
  readonly bytes: number;
}

/** What an event leaves in the object: its data, and a `dataref` of its own that gave way to ours. */
export type EventData = Pick<CloudEvent, 'data' | 'data_base64'> & { readonly dataref?: unknown };

/** Whether a `dataref` is meant for `readEventClaim`, sound or not. */
export function isEventClaim(dataref: unknown): dataref is string {
  return typeof dataref === 'string' && dataref.startsWith(SCHEME);
}

/** The `dataref` of an event whose data is there. */
export function writeEventClaim({ name }: EventClaim): string {
  return SCHEME + name;
}

/** The parts of a `dataref`, or undefined for any text but those that `writeEventClaim` writes. */
export function readEventClaim(dataref: string): EventClaim | undefined {
  const [, name, hash, bytes] = REFERENCE.exec(dataref) ?? [];
  return name === undefined || hash === undefined ? undefined : { name, hash, bytes: Number(bytes) };
}

/** The claim on an object's text. */
export async function claimOn(text: string): Promise<EventClaim> {
  const hash = await bodyHash(text);
  const bytes = utf8Length(text);
  return { name: `event/${hash}.${bytes}`, hash, bytes };
}

/** Whether it is the very text that was claimed. */
export async function isClaimedText(text: string, { hash, bytes }: EventClaim): Promise<boolean> {
  // The length first: a text that somebody made huge is not hashed.
  return text.length <= bytes && utf8Length(text) === bytes && (await bodyHash(text)) === hash;
}

/** An object's text: which event it belongs to on the first line, then its data, both as JSON. */
export function writeEventData(event: CloudEvent, data: EventData): string {
  return `${ownerLine(event)}\n${JSON.stringify(data)}`;
}

/** The data in an object's text; `'stranger'` when it is another event's, undefined when it is no such text. */
export function readEventData(text: string, event: CloudEvent): EventData | 'stranger' | undefined {
  const end = text.indexOf('\n');
  if (text.slice(0, end) !== ownerLine(event)) return 'stranger';
  try {
    const { data, data_base64, dataref } = JSON.parse(text.slice(end + 1)) as EventData;
    return present({ data, data_base64, dataref });
  } catch {
    return undefined;
  }
}

/** The same without what is undefined, which JSON does not know. */
export function present(
  data: { readonly [Name in keyof EventData]: EventData[Name] | undefined },
): EventData {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}

/** Bytes of a text's UTF-8. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

// What names an event and its process, and says how its data is to be taken. Other attributes may change on the way: a trace does.
function ownerLine({ source, id, type, subject }: CloudEvent): string {
  return JSON.stringify([source, id, type, subject]);
}
