import { assertOptions } from '@xorca/core/backend';
import type { Expectation, Expecting } from './expectation.ts';
import { commandFacts, timerFacts } from './expected-facts.ts';

const NAMES: readonly (keyof Expectation)[] = [
  'outcome',
  'error',
  'status',
  'state',
  'context',
  'output',
  'effects',
  'commands',
  'timers',
  'buffered',
  'failure',
  'problem',
  'version',
];

/** The long form. `XORCA_CONFIG` for a name that nothing has: a typing error must not be an expectation that always holds. */
export function expectationOf(expecting: Expecting): Expectation {
  if (typeof expecting === 'string') return { state: expecting };
  if (Array.isArray(expecting)) return { effects: expecting };
  const expectation = expecting as Expectation;
  assertOptions(expectation, NAMES, 'then');
  for (const command of expectation.commands ?? []) {
    const facts = commandFacts(command);
    assertOptions(facts, ['type', 'input', 'attempt', 'in', 'resting', 'actor'], 'then({ commands })');
  }
  for (const timer of expectation.timers ?? []) {
    assertOptions(timerFacts(timer), ['in', 'at', 'event', 'actor'], 'then({ timers })');
  }
  return expectation;
}
