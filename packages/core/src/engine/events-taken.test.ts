import { expect, it } from 'vitest';
import { setup } from 'xstate';
import { eventsTaken } from './events-taken.ts';
import type { MachineInternals } from './xstate-internals.ts';

const machine = setup({ types: { events: {} as { type: 'stop' | 'a' | 'b' | 'c' } } }).createMachine({
  id: 'm',
  initial: 'One',
  on: { stop: '.End' },
  states: {
    One: { on: { a: 'Both' }, after: { 1000: 'End' } },
    Both: {
      type: 'parallel',
      onDone: 'End',
      states: {
        Left: { initial: 'L', states: { L: { on: { b: 'M', a: {} } }, M: { type: 'final' } } },
        Right: { initial: 'R', states: { R: { on: { c: 'S', 'd.*': {} as never } }, S: { type: 'final' } } },
      },
    },
    End: { type: 'final' },
  },
}) as unknown as MachineInternals;

it.each([
  ['One', ['stop', 'a']],
  [{ Both: { Left: 'L', Right: 'R' } }, ['stop', 'b', 'a', 'c', 'd.*']],
  [{ Both: { Left: 'M', Right: 'R' } }, ['stop', 'c', 'd.*']],
  [{ Both: {} }, ['stop']],
  ['Gone', ['stop']],
  [undefined, ['stop']],
])('of %j the events of all its states are listed once, without what xstate sends itself', (value, types) => {
  expect(eventsTaken(machine, value)).toEqual(types);
});
