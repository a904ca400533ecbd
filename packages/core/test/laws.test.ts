import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeEvent } from '../src/decode.ts';
import { hasSeen, inputHash, withSeen } from '../src/dedupe-window.ts';
import { jsonFault } from '../src/engine/json-fault.ts';
import { decodeProcessId, encodeProcessId } from '../src/process-id.ts';
import { compareVersions } from '../src/versions.ts';

const id = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
  fc.string({ unit: fc.constantFrom('a', 'A', '=', '~', '/', '.', '-', '0'), minLength: 1, maxLength: 200 }),
);

test('a process id becomes a key that is no path, fits any storage, and reads back', () => {
  fc.assert(
    fc.property(id, (raw) => {
      const key = encodeProcessId(raw);
      expect(key).toMatch(/^[a-z0-9_=~-]{1,160}$/);
      const back = decodeProcessId(key);
      if (back !== undefined) expect(back).toBe(raw);
    }),
    { numRuns: 2_000 },
  );
});

test('two ids never share a key, also where names ignore case', () => {
  fc.assert(
    fc.property(id, id, (a, b) => {
      fc.pre(a !== b);
      expect(encodeProcessId(a).toLowerCase()).not.toBe(encodeProcessId(b).toLowerCase());
    }),
    { numRuns: 2_000 },
  );
});

test('what jsonFault passes survives JSON', () => {
  const value = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
  });
  fc.assert(
    fc.property(value, (context) => {
      if (jsonFault(context, 'context') !== undefined) return;
      const text = JSON.stringify(context);
      // An undefined property reads the same after it is gone, which toEqual overlooks; -0 turns into 0, which nobody relies on.
      if (text !== undefined) expect(JSON.parse(text)).toEqual(withoutNegativeZero(context));
    }),
    { numRuns: 3_000 },
  );
});

function withoutNegativeZero(value: unknown): unknown {
  if (value === 0) return 0;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutNegativeZero);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutNegativeZero(inner)]));
}

test('whatever comes in, decoding never throws and never answers an event without an id', () => {
  const raw = fc.oneof(
    fc.anything(),
    fc.json(),
    fc.record({
      specversion: fc.constant('1.0'),
      id: fc.string(),
      source: fc.string(),
      type: fc.string(),
      subject: fc.string(),
      data: fc.anything(),
      data_base64: fc.option(fc.string(), { nil: undefined }),
    }),
  );
  fc.assert(
    fc.property(raw, (input) => {
      const decoded = decodeEvent(input, 100_000);
      if ('error' in decoded) expect(decoded.error.code).toMatch(/^XORCA_INVALID_(EVENT|ID)$/);
      else expect(decoded.event.id.length * decoded.id.length).toBeGreaterThan(0);
    }),
    { numRuns: 3_000 },
  );
});

test('the dedupe window remembers exactly the last inputs within its count', () => {
  const inputs = fc.array(
    fc.record({ source: fc.constantFrom('/a', '/b'), id: fc.integer({ min: 0, max: 30 }).map(String) }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(inputs, fc.integer({ min: 1, max: 20 }), (events, count) => {
      let seen = '';
      const order: string[] = [];
      for (const [at, { source, id: eventId }] of events.entries()) {
        const hash = inputHash({ specversion: '1.0', type: 't', source, id: eventId });
        expect(hasSeen(seen, hash)).toBe(order.slice(-count).includes(hash));
        if (hasSeen(seen, hash)) continue;
        seen = withSeen(seen, hash, at, { count, ageMs: 1e9 });
        order.push(hash);
      }
    }),
  );
});

test('versions have one order', () => {
  const version = fc.tuple(
    fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 4 }),
    fc.option(fc.constantFrom('alpha', 'beta.2', 'beta.10'), { nil: undefined }),
  );
  const text = version.map(([parts, pre]) => parts.join('.') + (pre ? `-${pre}` : ''));
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
        expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
    }),
  );
});
