import { durationMs } from '@xorca/core/backend';
import type { ExpectedCommand, ExpectedEffect, ExpectedTimer } from './expectation.ts';
import { momentOf } from './moment.ts';

/** What an expectation says, name by name. */
export type Facts = Readonly<Record<string, unknown>>;

/** What an effect's expectation says. */
export function effectFacts(expected: ExpectedEffect): Facts {
  if (typeof expected === 'string') return { type: expected };
  return isContract(expected) ? { type: expected.type } : expected;
}

/** Whether it is a contract, which stands for its type. */
export function isContract(value: object): value is { readonly type: string } {
  if ('success' in value && 'cancel' in value) return true;
  const { data } = value as { readonly data?: unknown };
  return typeof data === 'object' && data !== null && '~standard' in data;
}

/** What a command's expectation says, its time in ms. `XORCA_CONFIG` when that is no span. */
export function commandFacts(expected: ExpectedCommand): Facts {
  if (typeof expected === 'string') return { type: expected };
  if ('success' in expected) return { type: expected.type };
  const { type, in: due } = expected;
  return {
    ...expected,
    ...(type === undefined ? {} : { type: typeof type === 'string' ? type : type.type }),
    ...waitOf(due, 'in of then({ commands })'),
  };
}

/** What a timer's expectation says, its time in ms. `XORCA_CONFIG` for what is no span and no moment. */
export function timerFacts(expected: ExpectedTimer): Facts {
  if (typeof expected !== 'object') return { in: durationMs(expected, 'then({ timers })') };
  const { in: due, at } = expected;
  return {
    ...expected,
    ...waitOf(due, 'in of then({ timers })'),
    ...(at === undefined ? {} : { at: new Date(momentOf(at, 'at of then({ timers })')).toISOString() }),
  };
}

function waitOf(due: unknown, option: string): Facts {
  if (due === undefined) return {};
  return { in: due === null || typeof due === 'function' ? due : durationMs(due, option) };
}
