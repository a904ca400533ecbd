import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deliveryText } from './delivery-text.ts';

it('is the text, the text of bytes, and the JSON of what was parsed', () => {
  expect(deliveryText('not json')).toBe('not json');
  expect(deliveryText(new TextEncoder().encode('größer'))).toBe('größer');
  expect(deliveryText({ a: [1, null, 'x'] })).toBe('{"a":[1,null,"x"]}');
  expect(deliveryText(undefined)).toBe('');
});

it('however deep it is nested', () => {
  const seed = Number(process.env['XORCA_SEED'] ?? 20_261_124);
  const deep = 60_000;
  const around = (inner: string) => `${'[{"a":'.repeat(deep)}${inner}${'}]'.repeat(deep)}`;
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      const text = around(JSON.stringify(value));
      expect(deliveryText(JSON.parse(text))).toBe(text);
    }),
    { seed, numRuns: 20 },
  );
});
