import { expect, test } from 'vitest';
import { emit, sendTo, setup, spawnChild, stopChild } from 'xstate';
import { z } from 'zod';
import { createOrchestrator, defineCommand, fromCommand, type OrchestratorOptions } from '../../src/index.ts';
import { world } from '../support/world.ts';

const any = z.any();
const first = defineCommand('cmd.first', { input: any, output: any });
const second = defineCommand('cmd.second', { input: any, output: any });
const actors = {
  first: fromCommand(first, { timeout: '1m', cancel: true }),
  second: fromCommand(second, { timeout: '1m', cancel: true }),
};
const tell = (type: string) => emit({ type: `notif.${type}` });

const opened = (machine: OrchestratorOptions['machines'][string]) =>
  world(createOrchestrator({ name: 'o', machines: { '1': machine }, startOn: 'evt.begin' }));

test('commands keep their place among the other events of a step, also those that call off', async () => {
  const machine = setup({ actors }).createMachine({
    initial: 'Asking',
    states: {
      Asking: {
        entry: [
          tell('a'),
          spawnChild('first', { id: 'one', input: 1 }),
          tell('b'),
          spawnChild('second', { id: 'two', input: 2 }),
          tell('c'),
        ],
        on: {
          'evt.go': {
            target: 'Asking',
            reenter: true,
            actions: [tell('d'), stopChild('two'), tell('e'), stopChild('one'), tell('f')],
          },
        },
      },
    },
  });
  const w = opened(machine);
  await w.send('evt.begin');
  const asked = ['notif.a', 'cmd.first', 'notif.b', 'cmd.second', 'notif.c'];
  expect(w.sent.map(({ type }) => type)).toEqual(asked);
  await w.send('evt.go');
  const left = ['notif.d', 'cmd.second.cancel', 'notif.e', 'cmd.first.cancel', 'notif.f'];
  expect(w.sent.map(({ type }) => type)).toEqual([...asked, ...left, ...asked]);
  expect(w.sent.map(({ id }) => id)).toEqual(w.sent.map((_, place) => `p/${place + 1}`));
});

test('a command that is asked and stopped within one step is neither sent nor called off', async () => {
  const machine = setup({ actors }).createMachine({
    initial: 'Waiting',
    states: {
      Waiting: { on: { 'evt.go': 'Asking' } },
      Asking: {
        entry: [
          tell('a'),
          spawnChild('first', { id: 'one', input: 1 }),
          sendTo('one', { type: 'nothing' }),
          tell('b'),
        ],
        always: {
          target: 'Over',
          actions: [stopChild('one'), spawnChild('second', { id: 'two', input: 2 })],
        },
      },
      Over: {},
    },
  });
  const w = opened(machine);
  await w.send('evt.begin');
  await w.send('evt.go');
  expect(w.sent.map(({ type }) => type)).toEqual(['notif.a', 'notif.b', 'cmd.second']);
  expect((await w.runner.get('p'))?.commands.map(({ type }) => type)).toEqual(['cmd.second']);
});

test('what child machines decide comes behind the actions of the machine that starts them, at the start as later', async () => {
  const child = setup({ actors }).createMachine({
    entry: [tell('x'), spawnChild('first', { id: 'one', input: 1 }), tell('y')],
  });
  const machine = setup({ actors: { ...actors, child } }).createMachine({
    initial: 'Asking',
    states: {
      Asking: {
        entry: [tell('a'), spawnChild('second', { id: 'two', input: 2 }), tell('b')],
        invoke: { src: 'child' },
        on: { 'evt.go': { target: 'Asking', reenter: true, actions: stopChild('two') } },
      },
    },
  });
  const w = opened(machine);
  await w.send('evt.begin');
  const asked = ['notif.a', 'cmd.second', 'notif.b', 'notif.x', 'cmd.first', 'notif.y'];
  expect(w.sent.map(({ type }) => type)).toEqual(asked);
  await w.send('evt.go');
  const later = w.sent.slice(asked.length).map(({ type }) => type);
  expect(later.filter((type) => !type.endsWith('.cancel'))).toEqual(asked);
});
