import type { CloudEvent } from '@xorca/core';
import type { ExpectedCommand, ExpectedEffect, ExpectedTimer } from './expectation.ts';
import { commandFacts, effectFacts, type Facts, isContract, timerFacts } from './expected-facts.ts';
import { type Compared, compare } from './match.ts';
import type { Seen } from './seen.ts';
import { span } from './show.ts';

/** Holds what was sent against what was expected, in order. */
export function compareEffects(
  effects: readonly CloudEvent[],
  expected: readonly ExpectedEffect[],
): Compared {
  const wanted = expected.map(effectFacts);
  const short = expected.every((item) => typeof item === 'string' || isContract(item));
  const rest = ({ type, data }: CloudEvent) => ({ type, ...(data === undefined || short ? {} : { data }) });
  // Where one too many or too few moves all others, each is still shown by what was asked of its like.
  const like = (event: CloudEvent, at: number) =>
    [wanted[at], ...wanted].find((facts) => facts && compare(event.type, facts['type']).same);
  const pairs = wanted.map((facts, at) => {
    const event = effects[at];
    return event ? compare(pick(event, facts), facts) : absent(facts);
  });
  return {
    same: effects.length === wanted.length && pairs.every(({ same }) => same),
    actual: effects.map((event, at) => {
      if (pairs[at]?.same) return pairs[at].actual;
      const facts = like(event, at);
      return facts ? compare(pick(event, facts), facts).actual : rest(event);
    }),
    expected: pairs.map((pair) => pair.expected),
  };
}

/** Holds the commands that are waited for against what was expected, in any order. */
export function compareCommands(
  { process, now }: Seen,
  inputOf: (id: string) => unknown,
  expected: readonly ExpectedCommand[],
): Compared {
  const facts = (process?.commands ?? []).map(({ type, id, attempt, dueAt, resting, actor }) => ({
    type,
    input: inputOf(id),
    attempt,
    in: dueAt === null ? null : dueAt - now,
    resting,
    actor,
  }));
  return inSpans(anyOrder(facts, expected.map(commandFacts), ['type']));
}

/** Holds the delays against what was expected, in any order. */
export function compareTimers({ process, now }: Seen, expected: readonly ExpectedTimer[]): Compared {
  const facts = (process?.timers ?? []).map(({ at, event, actor }) => ({
    in: at - now,
    at: new Date(at).toISOString(),
    event,
    actor,
  }));
  return inSpans(anyOrder(facts, expected.map(timerFacts), ['in', 'event']));
}

function anyOrder(
  actual: readonly Facts[],
  expected: readonly Facts[],
  plainly: readonly string[],
): Compared {
  const left = [...actual];
  const places: (Facts | undefined)[] = expected.map((facts) => {
    const at = left.findIndex((each) => compare(pick(each, facts), facts).same);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  });
  const pairs = expected.map((facts, at) => {
    const each = places[at] ?? left.shift();
    return each ? compare(pick(each, facts), facts) : absent(facts);
  });
  return {
    same: left.length === 0 && pairs.every(({ same }) => same),
    actual: [
      ...pairs.flatMap((pair) => (pair.actual === undefined ? [] : [pair.actual])),
      ...left.map((each) => Object.fromEntries(plainly.map((name) => [name, each[name]]))),
    ],
    expected: pairs.map((pair) => pair.expected),
  };
}

function pick(from: Facts | CloudEvent, named: Facts): Facts {
  return Object.fromEntries(Object.keys(named).map((name) => [name, (from as Facts)[name]]));
}

function absent(facts: Facts): Compared {
  return { same: false, actual: undefined, expected: compare(undefined, facts).expected };
}

/** For people: `in` as they would write it. */
function inSpans({ same, actual, expected }: Compared): Compared {
  const shown = (list: unknown) =>
    (list as readonly (Facts | undefined)[]).map((facts) =>
      typeof facts?.['in'] === 'number' ? { ...facts, in: span(facts['in']) } : facts,
    );
  return { same, actual: shown(actual), expected: shown(expected) };
}
