import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { decodeHttp, type HttpEvent } from '../../src/backend.ts';
import { decodeEvent } from '../../src/decode.ts';
import { type CloudEvent, createRunner, memoryPublisher, memoryStore } from '../../src/index.ts';
import { event, literature, walk } from '../support/literature-machine.ts';
import { damaged, damagedText, ODD_TEXTS, ODD_VALUES, pollution } from './damage.ts';

const LIMIT = 1_048_576;
const sample = {
  ...event('b1', 'evt.books.fetch.success', { pages: ['p1', 'Löwe 🦁'], deep: { list: [1, null, true] } }),
  dataschema: '/schemas/1',
  causationid: 'b1/1',
  causationsource: '/orch/books/summary',
  commandid: 'b1/1',
  replyto: 'other',
  failurecode: 'XORCA_CANCELLED',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'a=1',
};
const { data: _data, ...bare } = sample;
const base64 = { ...bare, data_base64: btoa(JSON.stringify({ pages: ['p1'] })) };
const samples: ReadonlyArray<readonly [string, CloudEvent]> = [
  ['data', sample],
  ['base64', base64],
];
const start = walk('b1')[0] as CloudEvent;

afterEach(() => expect(pollution()).toEqual([]));

/** What every decoder owes: a sound event, or an error with one of the two codes. */
function judge(result: HttpEvent, where: string): void {
  if (result.error) {
    expect(result.error.code, where).toMatch(/^XORCA_INVALID_(EVENT|ID)$/);
    expect(result.error.message, where).toMatch(/^.{1,600}$/s);
    return;
  }
  const { event: read } = result;
  expect(typeof read.subject, where).toBe('string');
  expect(decodeEvent(JSON.stringify(read), LIMIT), where).toEqual({
    event: JSON.parse(JSON.stringify(read)),
    id: read.subject,
  });
}

function structured(raw: unknown, where: string): void {
  const result = decodeEvent(raw, LIMIT);
  judge('error' in result ? result : { event: result.event }, where);
}

test.each(samples)(
  'an event (%s) with any odd value in any place is read or refused, never thrown at',
  (_name, whole) => {
    for (const { where, value } of damaged(whole)) {
      structured(value, where);
      const text = JSON.stringify(value);
      if (text !== undefined) structured(text, where);
    }
  },
);

test.each(samples)('a batch (%s) with any odd value in one element keeps its neighbours', (_name, whole) => {
  const headers = { 'content-type': 'application/cloudevents-batch+json' };
  for (const { where, value } of damaged(whole)) {
    const body = JSON.stringify([start, value, start]);
    const [first, second, third] = decodeHttp({ headers, body });
    expect([first, third], where).toEqual([{ event: start }, { event: start }]);
    judge(second as HttpEvent, where);
  }
});

test('a runner answers every odd event with an outcome, and goes on', async () => {
  const runner = createRunner(literature, { store: memoryStore(), publisher: memoryPublisher() });
  await runner.handle([start]);
  for (const [, whole] of samples) {
    for (const { where, value } of damaged(whole)) {
      const [odd, known] = await runner.handle([value, start]);
      expect(odd?.status, where).toMatch(/^(applied|duplicate|unhandled|unknown-process|rejected)$/);
      expect(known?.status, where).toBe('duplicate');
    }
  }
});

test('a text cut or spoilt anywhere is read or refused', () => {
  const text = JSON.stringify(sample);
  const batch = JSON.stringify([sample, base64]);
  for (const odd of ODD_TEXTS) structured(odd, odd.slice(0, 40));
  fc.assert(
    fc.property(damagedText(text), damagedText(batch), (one, many) => {
      structured(one, 'structured');
      for (const type of ['application/cloudevents+json', 'application/cloudevents-batch+json']) {
        for (const body of [one, many]) {
          for (const result of decodeHttp({ headers: { 'content-type': type }, body })) judge(result, type);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('bytes of any kind, cut into chunks anywhere, are read or refused', () => {
  const type = fc.constantFrom(
    '',
    'application/json',
    'application/cloudevents+json',
    'application/cloudevents-batch+json',
  );
  const charset = fc.constantFrom(
    '',
    '; charset=utf-8',
    '; charset=utf-16le',
    '; charset="latin1"',
    '; charset=\u0000',
  );
  const text = new TextEncoder().encode(JSON.stringify([sample]));
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.tuple(fc.nat({ max: text.length }), fc.uint8Array({ maxLength: 3 })).map(([at, put]) => {
      const spoilt = text.slice();
      spoilt.set(put.subarray(0, text.length - at), at);
      return spoilt;
    }),
  );
  fc.assert(
    fc.property(type, charset, bytes, fc.nat(), (media, suffix, body, seed) => {
      const at = body.length === 0 ? 0 : seed % body.length;
      const headers = { 'content-type': media + suffix, 'ce-specversion': '1.0', 'ce-id': '1' };
      const whole = decodeHttp({ headers, body });
      const cut = decodeHttp({ headers, body: [body.subarray(0, at), body.subarray(at)] });
      expect(cut.map(({ error }) => error?.message)).toEqual(whole.map(({ error }) => error?.message));
      for (const result of whole) judge(result, media);
    }),
    { numRuns: 200 },
  );
});

test('a binary message with any odd header is read or refused', () => {
  const attributes = Object.entries(bare).filter(([name]) => name !== 'datacontenttype');
  const headers = Object.fromEntries(attributes.map(([name, value]) => [`ce-${name}`, String(value)]));
  const body = JSON.stringify(sample.data);
  for (const name of [
    ...Object.keys(headers),
    'content-type',
    'ce-__proto__',
    'ce-constructor',
    'ce-',
    'ce-data',
  ]) {
    for (const [n, odd] of ODD_VALUES.entries()) {
      const message = { headers: { ...headers, [name]: odd as string }, body };
      for (const result of decodeHttp(message)) judge(result, `${name} <- #${n}`);
    }
  }
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({ unit: fc.constantFrom('%', '"', '\\', '4', '1', 'C', '0', 'a', ' '), maxLength: 20 }),
  );
  const name = fc.oneof(
    fc.constantFrom(...Object.keys(headers)),
    fc.string({ maxLength: 12 }).map((rest) => `ce-${rest}`),
  );
  fc.assert(
    fc.property(fc.dictionary(name, value, { noNullPrototype: true, maxKeys: 4 }), (odd) => {
      for (const result of decodeHttp({ headers: { ...headers, ...odd }, body })) judge(result, 'binary');
    }),
    { numRuns: 200 },
  );
  for (const odd of ODD_VALUES) {
    for (const result of decodeHttp({ headers: odd as never, body: odd as never }))
      judge(result, 'no headers');
  }
});

test('no quotes, percents or nesting make decoding slow', () => {
  // Each would take minutes if it were quadratic or worse.
  for (const unit of ['"', '\\"', '"\\', '%', '%41', 'a"', ';charset=', '[', '{"a":']) {
    const long = unit.repeat(300_000 / unit.length);
    decodeHttp({ headers: { 'content-type': long, 'ce-id': long }, body: long });
    decodeEvent(long, LIMIT);
  }
});
