import { expect, test } from 'vitest';
import { setup } from 'xstate';
import { createOrchestrator, createRunner, memoryPublisher, memoryStore } from '../../src/index.ts';
import { event } from './support.ts';

const machine = setup({}).createMachine({
  initial: 'Asking',
  states: {
    Asking: { on: { 'evt.again': { target: 'Asking', reenter: true }, 'evt.go': 'Through', 'evt.stay': {} } },
    Through: { always: 'Rest' },
    Rest: {},
  },
});

async function sentAfter(...types: string[]): Promise<string[]> {
  const publisher = memoryPublisher();
  const orchestrator = createOrchestrator({
    name: 'emission',
    machines: { '1': machine },
    startOn: 'evt.begin',
    onOrchestrationState: {
      Asking: () => ({ type: 'cmd.ask' }),
      Through: () => ({ type: 'notif.through' }),
      Rest: () => ({ type: 'notif.rest' }),
    },
  });
  const runner = createRunner(orchestrator, { store: memoryStore(), publisher });
  for (const [n, type] of ['evt.begin', ...types].entries()) await runner.handle([event(type, `in-${n}`)]);
  return publisher.published.map(({ type }) => type);
}

test('a self-transition that emits nothing', async () => {
  expect(await sentAfter('evt.again', 'evt.again')).toEqual(['cmd.ask', 'cmd.ask', 'cmd.ask']);
  // A state that is merely kept was not entered.
  expect(await sentAfter('evt.stay')).toEqual(['cmd.ask']);
});

test('a state passed through by `always`', async () => {
  expect(await sentAfter('evt.go')).toEqual(['cmd.ask', 'notif.through', 'notif.rest']);
});
