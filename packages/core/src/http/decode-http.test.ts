import { HTTP, CloudEvent as SdkEvent } from 'cloudevents';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CloudEvent } from '../cloud-event.ts';
import { decodeHttp, type HttpEvent } from './decode-http.ts';
import type { HttpMessage } from './http-message.ts';

const good = {
  specversion: '1.0',
  id: 'e-1',
  source: '/fleet',
  type: 'evt.books.fetch.success',
  subject: 'p-1',
  time: '2026-01-01T00:00:00.000Z',
  datacontenttype: 'application/json',
  causationid: 'p-1/1',
  data: { pages: ['Löwe', '🦁'] },
};
const STRUCTURED = { 'content-type': 'application/cloudevents+json' };
const BATCH = { 'content-type': 'application/cloudevents-batch+json; charset=UTF-8' };
const bytes = (text: string) => new TextEncoder().encode(text);

/** What a sender does by the binding: percents for all that is not printable ASCII, for space, double quote and percent. */
function headersFor(event: object): Record<string, string> {
  const pairs = Object.entries(event).flatMap(([name, value]) => {
    if (name === 'data') return [];
    if (name === 'datacontenttype') return [['Content-Type', String(value)]];
    return [[`ce-${name}`, String(value).replace(/[^\x21-\x7e]|["%]/gu, encodeURIComponent)]];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}
const binary = (event: object & { data?: unknown }): HttpMessage => ({
  headers: headersFor(event),
  body: event.data === undefined ? '' : bytes(JSON.stringify(event.data)),
});
const faultOf = (message: HttpMessage, maxBytes?: number) => {
  const results = decodeHttp(message, maxBytes === undefined ? {} : { maxBytes });
  expect(results).toHaveLength(1);
  expect(results[0]?.error?.code).toMatch(/^XORCA_INVALID_(EVENT|ID)$/);
  return results[0]?.error?.message;
};

test('an event reads the same from a structured, a batched and a binary message', () => {
  expect(decodeHttp({ headers: STRUCTURED, body: JSON.stringify(good) })).toEqual([{ event: good }]);
  expect(decodeHttp({ headers: BATCH, body: bytes(JSON.stringify([good, good])) })).toEqual([
    { event: good },
    { event: good },
  ]);
  expect(decodeHttp(binary(good))).toEqual([{ event: good }]);
  expect(decodeHttp({ headers: BATCH, body: '[]' })).toEqual([]);
});

test('headers are taken as Node, the web and pairs have them, in any case', () => {
  const { headers, body } = binary(good);
  const shouted = Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value] as const);
  for (const form of [shouted, new Headers(headers as Record<string, string>), new Map(shouted)]) {
    expect(decodeHttp({ headers: form, body })).toEqual([{ event: good }]);
  }
  const node = { ...headers, 'set-cookie': ['a', 'b'], 'x-none': undefined };
  expect(decodeHttp({ headers: node, body })).toEqual([{ event: good }]);
});

test('a body may be cut into chunks anywhere, in the middle of a character too', () => {
  const whole = bytes(JSON.stringify(good));
  for (let at = 0; at <= whole.length; at++) {
    const body = [whole.subarray(0, at), new Uint8Array(), whole.subarray(at)];
    expect(decodeHttp({ headers: STRUCTURED, body })).toEqual([{ event: good }]);
  }
});

test('one bad element of a batch does not spoil its neighbours', () => {
  const body = JSON.stringify([good, null, { ...good, id: '' }, JSON.stringify(good), [good], good]);
  const results = decodeHttp({ headers: BATCH, body });
  expect(results.map(({ event, error }) => error?.code ?? event?.id)).toEqual([
    'e-1',
    'XORCA_INVALID_EVENT',
    'XORCA_INVALID_EVENT',
    'XORCA_INVALID_EVENT',
    'XORCA_INVALID_EVENT',
    'e-1',
  ]);
});

test('percents and double quotes of a header are undone once', () => {
  const read = (value: string) =>
    decodeHttp({ ...binary(good), headers: { ...headersFor(good), 'ce-tracestate': value } })[0]?.event?.[
      'tracestate'
    ];
  // The samples of the binding, 3.1.3.2, and what older senders do.
  expect(read('Euro%20%E2%82%AC%20%F0%9F%98%80')).toBe('Euro € 😀');
  expect(read('"Euro \\" \\\\ x"')).toBe('Euro " \\ x');
  expect(read('%2541')).toBe('%41');
  expect(read('%41')).toBe('A');
});

test.each([
  ['percents that are no UTF-8', { 'ce-subject': '%C0%A0' }, 'subject: its percents'],
  ['half a percent', { 'ce-subject': '100%' }, 'subject: its percents'],
  ['a header that came twice', { 'ce-id': ['a', 'b'] }, 'header ce-id: came more than once'],
  ['a header in two spellings', { 'CE-ID': 'b' }, 'header ce-id: came more than once'],
  ['data in a header', { 'ce-data': '{}' }, 'header ce-data: data is the body'],
  ['a name that reaches for the prototype', { 'ce-__proto__': 'x' }, '__proto__: extension names'],
  ['no id', { 'ce-id': undefined }, 'id:'],
  ['a type of the machine library', { 'ce-type': 'xstate.stop' }, 'type:'],
  ['data that is no JSON by its type', { 'Content-Type': 'text/xml' }, 'datacontenttype:'],
  ['a control character in an attribute', { 'ce-source': 'a%0Ab' }, 'source:'],
])('a binary message with %s is an error that names it', (_name, headers, fault) => {
  expect(faultOf({ ...binary(good), headers: { ...headersFor(good), ...headers } as never })).toContain(
    fault,
  );
});

test.each<[name: string, message: HttpMessage, fault: string]>([
  ['nothing', { headers: {} }, 'there are no headers ce-*'],
  [
    'an ordinary JSON request',
    { headers: { 'content-type': 'application/json' }, body: '{}' },
    'no headers ce-*',
  ],
  ['half a JSON text', { headers: STRUCTURED, body: '{"specversion":' }, 'body: is no JSON'],
  [
    'a text that is the JSON of an event',
    { headers: STRUCTURED, body: JSON.stringify(JSON.stringify(good)) },
    'event:',
  ],
  ['an empty structured body', { headers: STRUCTURED }, 'body: is no JSON'],
  ['an object for a batch', { headers: BATCH, body: JSON.stringify(good) }, 'must be a JSON array'],
  ['a batch without end', { headers: BATCH, body: `[${'0,'.repeat(5_000)}0]` }, 'at most 5000'],
  ['another format', { headers: { 'content-type': 'application/cloudevents+avro' } }, 'content-type:'],
  [
    'bytes that are no UTF-8',
    { headers: STRUCTURED, body: new Uint8Array([0x7b, 0xff]) },
    'no text in utf-8',
  ],
  [
    'half a character at its end',
    { headers: STRUCTURED, body: [bytes('é').subarray(0, 1)] },
    'no text in utf-8',
  ],
  [
    'an unknown charset',
    { headers: { 'content-type': 'application/cloudevents+json; charset=klingon' }, body: bytes('{}') },
    'charset:',
  ],
  ['a body that is neither text nor bytes', { headers: STRUCTURED, body: {} as never }, 'text or bytes'],
  ['data that is no JSON', { ...binary(good), body: '<xml/>' }, 'data: is no JSON'],
])('%s is one error that says what is wrong', (_name, message, fault) => {
  expect(faultOf(message)).toContain(fault);
});

test('a body in another charset is read by it, and a byte order mark is left out', () => {
  const latin = { headers: { 'content-type': 'application/cloudevents+json; charset="ISO-8859-1"' } };
  const event = { ...good, data: 'Löwe' };
  const body = Uint8Array.from(JSON.stringify(event), (char) => char.charCodeAt(0));
  expect(decodeHttp({ ...latin, body })).toEqual([{ event }]);
  const text = `\ufeff${JSON.stringify(good)}`;
  expect(decodeHttp({ headers: STRUCTURED, body: text })).toEqual([{ event: good }]);
  expect(decodeHttp({ headers: STRUCTURED, body: bytes(text) })).toEqual([{ event: good }]);
});

test('a body over the limit is refused, one at the limit is taken, in bytes and not in characters', () => {
  const text = JSON.stringify(good);
  const size = bytes(text).length;
  for (const body of [text, bytes(text), [bytes(text).subarray(0, 9), bytes(text).subarray(9)]]) {
    expect(decodeHttp({ headers: STRUCTURED, body }, { maxBytes: size })).toEqual([{ event: good }]);
    expect(faultOf({ headers: STRUCTURED, body }, size - 1)).toContain(`larger than ${size - 1} bytes`);
  }
});

test('data_base64 is read, and a binary message without a body has no data', () => {
  const { data, ...bare } = good;
  const encoded = { ...bare, data_base64: btoa('{"n":1}') };
  expect(decodeHttp({ headers: STRUCTURED, body: JSON.stringify(encoded) })).toEqual([
    { event: { ...bare, data: { n: 1 } } },
  ]);
  expect(decodeHttp(binary(bare))).toEqual([{ event: bare }]);
  expect(decodeHttp({ ...binary(bare), body: [] })).toEqual([{ event: bare }]);
  expect(data).toBeDefined();
});

test('an unknown option is refused with the nearest known one', () => {
  expect(() => decodeHttp({ headers: {} }, { maxByte: 1 } as never)).toThrow('"maxBytes"');
  expect(() => decodeHttp({ headers: {} }, { maxBytes: 0 })).toThrow('maxBytes of decodeHttp');
});

const ascii = fc.stringMatching(/^[a-zA-Z0-9/.:_-]{1,30}$/);
const anyEvent = fc.record(
  {
    specversion: fc.constant('1.0'),
    id: ascii,
    source: ascii,
    type: ascii.map((rest) => `evt.${rest}`),
    subject: fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
      .filter((text) => text.isWellFormed()),
    time: fc.constant('2026-01-01T00:00:00.000Z'),
    datacontenttype: fc.constant('application/json'),
    causationid: ascii,
    // The SDK loses what is falsy, and sends bare text as it is.
    data: fc.dictionary(ascii, fc.jsonValue({ maxDepth: 3 })).filter((data) => !hasProto(data)),
  },
  { requiredKeys: ['specversion', 'id', 'source', 'type', 'subject', 'datacontenttype', 'data'] },
);
const only = (results: readonly HttpEvent[]): CloudEvent => {
  expect(results[0]?.error).toBeUndefined();
  return results[0]?.event as CloudEvent;
};

test('what the CloudEvents SDK sends is read as what was sent', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const sdk = new SdkEvent(event as never);
      // The SDK writes headers as they are; only ASCII may stand there.
      const plain = { ...event, subject: encodeURIComponent(event.subject) };
      for (const [message, sent] of [
        [HTTP.structured(sdk), event],
        [HTTP.binary(new SdkEvent(plain as never)), event],
      ] as const) {
        const { headers, body } = message;
        const text = typeof body === 'string' ? body : JSON.stringify(body);
        const read = decodeHttp({ headers: headers as Record<string, string>, body: bytes(text) });
        const { time: _sdkAddsOne, ...rest } = only(read);
        const { time: _, ...wanted } = sent;
        // JSON has no -0.
        expect(rest).toEqual({ ...wanted, data: JSON.parse(JSON.stringify(wanted.data)) });
      }
    }),
    { numRuns: 300 },
  );
});

test('what is taken here the CloudEvents SDK takes as the same event', () => {
  const simple = anyEvent.map((event) => ({ ...event, subject: `p-${event.id}` }));
  fc.assert(
    fc.property(simple, (event) => {
      const messages = [
        { headers: STRUCTURED, body: JSON.stringify(event) },
        { headers: headersFor(event), body: JSON.stringify(event.data) },
      ];
      for (const message of messages) {
        const ours = only(decodeHttp(message));
        const theirs = HTTP.toEvent(message as never) as SdkEvent;
        for (const name of ['id', 'source', 'type', 'subject', 'causationid'] as const) {
          expect(theirs[name]).toEqual(ours[name]);
        }
        expect(theirs.data).toEqual(ours.data);
      }
      const batch = { headers: BATCH, body: JSON.stringify([event, event]) };
      const theirs = HTTP.toEvent(batch as never) as SdkEvent[];
      expect(decodeHttp(batch).map((result) => result.event?.id)).toEqual(theirs.map(({ id }) => id));
    }),
    { numRuns: 300 },
  );
});

function hasProto(value: unknown): boolean {
  return JSON.stringify(value).includes('__proto__');
}
