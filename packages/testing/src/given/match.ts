import { messageOf } from '@xorca/core';
import { inline } from './show.ts';

/** Judges a value: true lets it pass. Anything else fails, also a forgotten `return`. */
export type Predicate<Value = unknown> = (value: Value) => boolean;

/** The matchers of jest, vitest and others (`expect.any(String)`, `expect.objectContaining(…)`). */
export interface AsymmetricMatcher {
  asymmetricMatch(value: unknown): boolean;
}

/** What stands for a value that is not written down: a predicate, a pattern for a text, or a matcher of your test runner. */
export type Matcher<Value = unknown> = Predicate<Value> | RegExp | AsymmetricMatcher;

type Primitive = string | number | boolean | bigint | symbol | null | undefined;

/** A value, or a matcher in place of any part of it. */
export type Expected<Value> = unknown extends Value
  ? unknown
  : [Value] extends [Primitive]
    ? Value | Matcher<Value>
    : { readonly [Key in keyof Value]: Expected<Value[Key]> } | Matcher<Value>;

/** Some parts of a value, or a matcher in place of any of them. */
export type Partly<Value> = unknown extends Value
  ? unknown
  : [Value] extends [Primitive]
    ? Value | Matcher<Value>
    : { readonly [Key in keyof Value]?: Partly<Value[Key]> } | Matcher<Value>;

/** Two values side by side. Of each only what was compared is left, so that a difference of both shows nothing else. */
export interface Compared {
  readonly same: boolean;
  readonly actual: unknown;
  readonly expected: unknown;
}

const PARTS = Symbol('including');

/**
 * Stands for any object that has these parts, and perhaps others: in the data of an effect, in an output. A list must have all
 * its items.
 *
 * @example
 * .then({ effects: [{ type: 'cmd.parcel.send', data: including({ city: 'Passau' }) }] })
 */
export function including(parts: object): Matcher {
  return { [PARTS]: parts, asymmetricMatch: (value: unknown) => compare(value, parts, true).same } as Matcher;
}

/** Holds a value against what was expected. `partly`: objects may have more than was named. */
export function compare(actual: unknown, expected: unknown, partly = false): Compared {
  if (typeof expected === 'function') return judged(actual, expected as Predicate);
  if (typeof expected !== 'object' || expected === null) {
    return { same: Object.is(actual, expected), actual, expected };
  }
  if (PARTS in expected) return compare(actual, expected[PARTS], true);
  if ('asymmetricMatch' in expected && typeof expected.asymmetricMatch === 'function') {
    const matcher = expected as AsymmetricMatcher;
    return told(matcher.asymmetricMatch(actual), actual, `‹matches ${inline(expected)}›`);
  }
  if (expected instanceof RegExp || Object.prototype.toString.call(expected) === '[object RegExp]') {
    const pattern = expected as RegExp;
    return told(typeof actual === 'string' && actual.search(pattern) >= 0, actual, `‹matches ${pattern}›`);
  }
  if ('toJSON' in expected && typeof expected.toJSON === 'function') {
    return compare(actual, expected.toJSON(), partly);
  }
  if (Array.isArray(expected)) return lists(actual, expected, partly);
  return objects(actual, expected as Record<string, unknown>, partly);
}

function judged(actual: unknown, predicate: Predicate): Compared {
  const source = String(predicate).replace(/\s+/g, ' ');
  const shown = source.length > 100 ? `${source.slice(0, 99)}…` : source;
  try {
    const verdict: unknown = predicate(actual);
    const none = verdict === undefined ? ', which returned nothing' : '';
    return told(verdict === true, actual, `‹passes ${shown}${none}›`);
  } catch (error) {
    return told(false, actual, `‹passes ${shown}, which threw: ${messageOf(error)}›`);
  }
}

// What passes is shown as it is on both sides: only what fails shall differ.
function told(same: boolean, actual: unknown, expected: string): Compared {
  return same ? { same, actual, expected: actual } : { same, actual, expected };
}

function lists(actual: unknown, expected: readonly unknown[], partly: boolean): Compared {
  if (!Array.isArray(actual)) return { same: false, actual, expected };
  const pairs = expected.map((item, at) => compare(actual[at], item, partly));
  return {
    same: actual.length === expected.length && pairs.every(({ same }) => same),
    actual: actual.map((item, at) => (at < pairs.length ? pairs[at]?.actual : item)),
    expected: pairs.map((pair) => pair.expected),
  };
}

function objects(actual: unknown, expected: Readonly<Record<string, unknown>>, partly: boolean): Compared {
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) {
    return { same: false, actual, expected: { ...expected } };
  }
  const present = actual as Readonly<Record<string, unknown>>;
  const keys = new Set([...Object.keys(expected), ...(partly ? [] : Object.keys(actual))]);
  const sides = { actual: {} as Record<string, unknown>, expected: {} as Record<string, unknown> };
  let same = true;
  for (const key of keys) {
    const has = Object.hasOwn(present, key);
    const pair = compare(has ? present[key] : undefined, expected[key], partly);
    same &&= pair.same;
    // Absent and undefined are one: JSON knows only the first.
    if (pair.actual !== undefined) sides.actual[key] = pair.actual;
    if (pair.expected !== undefined) sides.expected[key] = pair.expected;
  }
  return { same, ...sides };
}
