import fc from 'fast-check';

/** What must never stand where something else was meant: one of each kind, and those that bit somebody. */
export const ODD_VALUES: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER + 1,
  '',
  'text',
  '\u0000',
  '\ud800',
  '\ufeff',
  '__proto__',
  'x'.repeat(10_000),
  [],
  [[]],
  [null],
  {},
  { toString: 1, valueOf: 1 },
  { toString: null, length: 1e9 },
  { constructor: { prototype: { polluted: true } } },
  JSON.parse('{"__proto__":{"polluted":true}}'),
  { toJSON: 'text' },
  nested(300, 'list'),
  nested(300, 'object'),
];

/** Texts that are no JSON, or a JSON nobody reckons with. */
export const ODD_TEXTS: readonly string[] = [
  '',
  ' ',
  'null',
  'true',
  '7',
  '-0',
  '1e999',
  '"text"',
  '"\\ud800"',
  '[]',
  '{}',
  '[[]]',
  '{"a":1,"a":2}',
  '{"__proto__":{"polluted":true}}',
  '\ufeff{}',
  '\u0000',
  '{"a":"\u0000"}',
  '{"specversion":',
  '[1,2',
  '{"a":undefined}',
  "{'a':1}",
  'NaN',
  `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
  '{"a":'.repeat(10_000),
  `${'9'.repeat(10_000)}`,
  `"${'\\u0000'.repeat(1_000)}"`,
];

/** A value with one place of it replaced by each odd value, removed, or doubled; every place in turn. */
export function* damaged(sample: unknown): Generator<{ readonly where: string; readonly value: unknown }> {
  for (const path of placesOf(sample)) {
    for (const [n, odd] of ODD_VALUES.entries()) {
      yield { where: `${path.join('.') || 'the whole'} <- #${n}`, value: replaced(sample, path, odd) };
    }
  }
}

/** A text cut, doubled, spoilt in one place, or put into something else. */
export function damagedText(text: string): fc.Arbitrary<string> {
  const place = fc.nat({ max: text.length });
  return fc.oneof(
    place.map((at) => text.slice(0, at)),
    place.map((at) => text.slice(at)),
    fc
      .tuple(place, place, fc.string({ unit: 'binary', maxLength: 4 }))
      .map(([from, length, put]) => text.slice(0, from) + put + text.slice(from + (length % 8))),
    fc.tuple(place, place).map(([a, b]) => text.slice(0, a) + text.slice(Math.min(a, b))),
    fc.constantFrom(...ODD_TEXTS),
  );
}

/** Says what of the language's own objects has been changed since the program began; the tests want it empty. */
export function pollution(): readonly string[] {
  const found = [Object.prototype, Array.prototype, Function.prototype, String.prototype].flatMap(
    (prototype) => Object.keys(prototype),
  );
  return [...found, ...('polluted' in {} ? ['polluted'] : [])];
}

function placesOf(value: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  const here = [[...path]];
  if (Array.isArray(value)) return [...here, ...value.flatMap((inner, at) => placesOf(inner, [...path, at]))];
  if (typeof value !== 'object' || value === null) return here;
  return [...here, ...Object.entries(value).flatMap(([key, inner]) => placesOf(inner, [...path, key]))];
}

function replaced(value: unknown, [first, ...rest]: readonly (string | number)[], odd: unknown): unknown {
  if (first === undefined) return odd;
  if (Array.isArray(value))
    return value.map((inner, at) => (at === first ? replaced(inner, rest, odd) : inner));
  const entries = Object.entries(value as object).flatMap(([key, inner]) => {
    if (key !== first) return [[key, inner]];
    return rest.length === 0 && odd === undefined ? [] : [[key, replaced(inner, rest, odd)]];
  });
  return Object.fromEntries(entries);
}

function nested(depth: number, kind: 'list' | 'object'): unknown {
  let value: unknown = 1;
  for (let n = 0; n < depth; n++) value = kind === 'list' ? [value] : { in: value };
  return value;
}
