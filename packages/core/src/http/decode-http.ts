import { type CloudEvent, invalid } from '../cloud-event.ts';
import { decodeEvent } from '../decode.ts';
import { XorcaError } from '../errors.ts';
import { jsonFault } from '../json-fault.ts';
import { assertOptions } from '../options.ts';
import { whole } from '../runner-options.ts';
import { attributeOf, contentTypeOf, headersOf } from './http-headers.ts';
import type { HttpMessage } from './http-message.ts';
import { textOf } from './http-text.ts';

/** One event of an HTTP message, or why it cannot be taken: `XORCA_INVALID_EVENT` or `XORCA_INVALID_ID`, naming the field. */
export type HttpEvent =
  | { readonly event: CloudEvent; readonly error?: undefined }
  | {
      /** As far as it could be read. */
      readonly event?: CloudEvent;
      readonly error: XorcaError;
    };

/** Options of `decodeHttp`. */
export interface DecodeHttpOptions {
  /** Largest body, and largest data of one event, in bytes. Default 1,048,576 (1 MiB), as `maxEventBytes` of `createRunner`. */
  readonly maxBytes?: number;
}

const EVENT = 'application/cloudevents';
const BATCH = 'application/cloudevents-batch';
// As many as Event Grid puts into one batch at most. A body of 1 MiB holds half a million elements that are none.
const MAX_BATCH = 5_000;

/**
 * Reads the events of an HTTP message by the CloudEvents HTTP binding 1.0.2: structured (`application/cloudevents+json`), batched
 * (`application/cloudevents-batch+json`, at most 5,000) or binary (headers `ce-*`, the data as the body; it must be JSON). One result for each
 * event, in their order; a bad one does not spoil its neighbours. A message that cannot be read at all is one error. Never throws for
 * a message's sake; `XORCA_CONFIG` for unfit options.
 *
 * Give the events to `handle` of a runner, and answer 400 for the errors: they are never taken, however often they come.
 *
 * @example
 * const results = decodeHttp({ headers: request.headers, body: new Uint8Array(await request.arrayBuffer()) })
 * const outcomes = await runner.handle(results.flatMap((result) => (result.error ? [] : [result.event])))
 */
export function decodeHttp(message: HttpMessage, options: DecodeHttpOptions = {}): readonly HttpEvent[] {
  assertOptions(options, ['maxBytes'], 'decodeHttp');
  const maxBytes = whole(options.maxBytes, 1_048_576, 1, 'maxBytes of decodeHttp');
  const headers = headersOf(message?.headers);
  if (typeof headers === 'string') return [refused(headers)];
  const type = contentTypeOf(headers.get('content-type'));
  const body = textOf(message.body, type.charset, maxBytes);
  if ('fault' in body) return [refused(body.fault)];
  if (type.media === `${EVENT}+json`) return structured(body.text, maxBytes);
  if (type.media === `${BATCH}+json`) return batch(body.text, maxBytes);
  if (type.media.startsWith(EVENT)) {
    return [refused(`content-type: ${type.media.slice(0, 80)} cannot be read here; send ${EVENT}+json`)];
  }
  return [binary(headers, body.text, maxBytes)];
}

function structured(text: string, maxBytes: number): readonly HttpEvent[] {
  const parsed = jsonOf(text);
  return ['fault' in parsed ? refused(`body: ${parsed.fault}`) : decoded(parsed.value, maxBytes)];
}

function batch(text: string, maxBytes: number): readonly HttpEvent[] {
  const parsed = jsonOf(text);
  if ('fault' in parsed) return [refused(`body: ${parsed.fault}`)];
  const { value } = parsed;
  if (!Array.isArray(value)) return [refused('body: a batch must be a JSON array')];
  if (value.length > MAX_BATCH) return [refused(`body: a batch holds at most ${MAX_BATCH} events`)];
  return value.map((element: unknown) => decoded(element, maxBytes));
}

function binary(headers: ReadonlyMap<string, string>, text: string, maxBytes: number): HttpEvent {
  const attributes: [name: string, value: unknown][] = [];
  for (const [header, value] of headers) {
    const name = header.slice('ce-'.length);
    // The content type is the data's own header; a second one has no say.
    if (header === 'content-type' || name === 'datacontenttype') continue;
    if (name === 'data' || name === 'data_base64') return refused(`header ${header}: data is the body`);
    const attribute = attributeOf(value);
    if (attribute === undefined) return refused(`${name.slice(0, 40)}: its percents are no UTF-8`);
    attributes.push([name, attribute]);
  }
  if (attributes.length === 0)
    return refused('event: there are no headers ce-*, and the body is no CloudEvent');
  const contentType = headers.get('content-type');
  if (contentType) attributes.push(['datacontenttype', contentType]);
  // Entries, not assignments: a header must not reach for a prototype.
  const event = Object.fromEntries(attributes) as CloudEvent;
  if (text === '') return decoded(event, maxBytes);
  const bare = decoded(event, maxBytes);
  if (bare.error) return bare;
  const data = jsonOf(text);
  return 'fault' in data
    ? { event: bare.event, error: invalid(event, `data: ${data.fault}`) }
    : decoded({ ...event, data: data.value }, maxBytes);
}

function decoded(value: unknown, maxBytes: number): HttpEvent {
  // A text is no event here; `decodeEvent` would take it for the JSON of one.
  const result = decodeEvent(typeof value === 'string' ? undefined : value, maxBytes);
  return 'error' in result ? result : { event: result.event };
}

function jsonOf(text: string): { readonly value: unknown } | { readonly fault: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (cause) {
    return { fault: `is no JSON (${jsonFault(cause)})` };
  }
}

function refused(fault: string): HttpEvent {
  const message = `The events of an HTTP message were not taken: ${fault}. Correct the message and send it again.`;
  return { error: new XorcaError('XORCA_INVALID_EVENT', message) };
}
