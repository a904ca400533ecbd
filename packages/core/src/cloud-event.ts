import { XorcaError } from './errors.ts';

/**
 * A CloudEvent 1.0 as plain JSON. Structural: events of the `cloudevents` SDK fit, and ours fit there.
 * Extensions (`causationid`, `traceparent`, …) stand beside the attributes.
 */
export interface CloudEvent<Data = unknown> {
  readonly specversion: string;
  readonly id: string;
  /** Who says it. With `id` it names the event: two events with the same pair are the same event. */
  readonly source: string;
  /** `cmd.*` asks a service, `evt.*` answers, `notif.*` tells; any other order of words works too. */
  readonly type: string;
  /** The process it belongs to. */
  readonly subject?: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  readonly data?: Data;
  readonly data_base64?: string;
  readonly [extension: string]: unknown;
}

/** What `createCloudEvent` needs; the rest has defaults. */
export interface CloudEventInput<Data = unknown> {
  readonly type: string;
  readonly source: string;
  /** The process it belongs to. */
  readonly subject: string;
  readonly data?: Data;
  /** Default: a random UUID. */
  readonly id?: string;
  /** RFC 3339. Default: now. */
  readonly time?: string;
  readonly [extension: string]: unknown;
}

/**
 * A valid CloudEvent: fills id, time, specversion and datacontenttype, refuses what the specification refuses.
 * Throws `XORCA_INVALID_EVENT`, naming the field.
 *
 * @example
 * createCloudEvent({ type: 'cmd.books.fetch', source: '/orch/books', subject: 'summary-1', data: { bookId: 'opticks' } })
 */
export function createCloudEvent<Data = unknown>(input: CloudEventInput<Data>): CloudEvent<Data> {
  const event = {
    ...input,
    specversion: '1.0',
    id: input.id ?? globalThis.crypto.randomUUID(),
    time: input.time ?? new Date().toISOString(),
    datacontenttype: input['datacontenttype'] ?? 'application/json',
  } as CloudEvent<Data>;
  const fault = faultOfEvent(event);
  if (fault) throw invalid(event, fault);
  return Object.freeze(event);
}

/** What is wrong with a would-be CloudEvent, beginning with the field's name; undefined when nothing is. */
export function faultOfEvent(event: CloudEvent): string | undefined {
  if (typeof event !== 'object' || event === null || Array.isArray(event))
    return 'event: must be a JSON object';
  if (event.specversion !== '1.0') return `specversion: must be "1.0", not ${show(event.specversion)}`;
  for (const field of ['id', 'source', 'type', 'subject'] as const) {
    const value = event[field];
    if (typeof value !== 'string' || value.length === 0)
      return `${field}: must be a string that is not empty`;
  }
  const time: unknown = event.time;
  if (time !== undefined && (typeof time !== 'string' || Number.isNaN(Date.parse(time)))) {
    return `time: must be an RFC 3339 timestamp, not ${show(event.time)}`;
  }
  const contentType = event.datacontenttype;
  if (contentType !== undefined && !(typeof contentType === 'string' && JSON_MEDIA_TYPE.test(contentType))) {
    return `datacontenttype: must be JSON, not ${show(contentType)}`;
  }
  for (const name in event) {
    if (name === 'data') continue;
    if (!KNOWN.has(name) && !/^[a-z0-9]{1,20}$/.test(name)) {
      return `${name.slice(0, 40)}: extension names must be 1 to 20 of a-z and 0-9`;
    }
    const value = event[name];
    // Half a surrogate in a subject is told by the check of process ids.
    if (typeof value === 'object' && value !== null)
      return `${name}: must be text, a number or a boolean; what has parts belongs into data`;
    if (typeof value === 'string' && (hasControl(value) || (name !== 'subject' && !value.isWellFormed())))
      return `${name}: must be well-formed text without control characters`;
  }
  return undefined;
}

/** The pair that names an event, as one text. Neither part may hold the line break that parts them. */
export function eventKey(event: CloudEvent): string {
  return `${event.source}\n${event.id}`;
}

/** The error for an event that cannot be taken, naming the event and the field. */
export function invalid(event: unknown, fault: string): XorcaError {
  return new XorcaError(
    'XORCA_INVALID_EVENT',
    `${describeEvent(event)} was not taken: ${fault}. Correct the event and send it again.`,
  );
}

/** An event's type and id for a message, however broken it is. */
export function describeEvent(event: unknown): string {
  if (typeof event !== 'object' || event === null) return 'An event that is no object';
  const { type, id } = event as Partial<CloudEvent>;
  return `Event ${show(type)} with id ${show(id)}`;
}

const JSON_MEDIA_TYPE = /^application\/(?:[\w.-]+\+)?json *(?:;.*)?$/i;
const KNOWN = new Set(
  'specversion id source type subject time datacontenttype dataschema data data_base64'.split(' '),
);

function hasControl(value: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the specification forbids exactly these
  return /[\u0000-\u001f\u007f-\u009f]/.test(value);
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : named(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

// What has parts is not asked for its text: `{"toString":1}` would throw, and with it its neighbours would be lost.
function named(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
    ? 'an object'
    : String(value);
}
