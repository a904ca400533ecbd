import type { ProcessDetails } from '@xorca/core';
import { matchesState } from 'xstate';
import { compareCommands, compareEffects, compareTimers } from './compare-lists.ts';
import type { Expectation, ExpectedEffect } from './expectation.ts';
import { type Compared, compare } from './match.ts';
import type { Past, Seen } from './seen.ts';

type Part = keyof Expectation;

/** Holds each part that an expectation names against what was seen last. */
export function compareAll({ world, seen }: Past, expectation: Expectation): ReadonlyMap<Part, Compared> {
  const last = seen.at(-1) as Seen;
  const inputOf = (id: string) => world.publisher.published.find((event) => event.id === id)?.data;
  const pairs = new Map<Part, Compared>();
  for (const part of Object.keys(expectation) as Part[]) {
    const expected = expectation[part];
    if (expected !== undefined) pairs.set(part, comparePart(part, last, expected, inputOf));
  }
  return pairs;
}

function comparePart(
  part: Part,
  seen: Seen,
  expected: NonNullable<unknown> | null,
  inputOf: (id: string) => unknown,
): Compared {
  const { process, taken, effects } = seen;
  switch (part) {
    case 'outcome':
      return compare(taken.outcome, expected);
    case 'error':
      return compareError(taken.error, expected);
    case 'status':
      return compare(process?.status ?? 'absent', expected);
    case 'state':
      return compareState(process, expected);
    case 'context':
      return compare(process?.context, expected, true);
    case 'output':
      return compare(process?.output, expected);
    case 'effects':
      return Array.isArray(expected)
        ? compareEffects(effects, expected as readonly ExpectedEffect[])
        : compare(effects, expected);
    case 'commands':
      return compareCommands(seen, inputOf, expected as NonNullable<Expectation['commands']>);
    case 'timers':
      return compareTimers(seen, expected as NonNullable<Expectation['timers']>);
    case 'buffered':
      return compare(process?.buffered.map(({ event }) => event.type) ?? [], expected);
    case 'failure':
      return compareReason(process?.failure, expected);
    case 'problem':
      return compareReason(process?.problem, expected);
    case 'version':
      return compare(process?.version, expected);
  }
}

function compareState(process: ProcessDetails | undefined, expected: unknown): Compared {
  const actual = process?.value;
  if (typeof expected === 'function') return compare(actual, expected);
  const same = actual !== undefined && actual !== null && matchesState(expected as never, actual as never);
  return { same, actual, expected };
}

function compareError(error: Seen['taken']['error'], expected: unknown): Compared {
  if (typeof expected === 'function') return compare(error, expected);
  return compare(typeof expected === 'string' ? error?.code : error?.message, expected);
}

function compareReason(reason: { readonly code: string } | undefined, expected: unknown): Compared {
  if (expected === null) return compare(reason ?? null, null);
  return typeof expected === 'string'
    ? compare(reason?.code, expected)
    : compare(reason, expected, typeof expected === 'object');
}
