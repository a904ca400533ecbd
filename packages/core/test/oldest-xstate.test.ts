import { expect, test, vi } from 'vitest';
import { emit, raise, sendParent, setup } from 'xstate';
import { createOrchestrator, createRunner, memoryPublisher, memoryStore } from '../src/index.ts';
import { event, literature, walk } from './support/literature-machine.ts';

// The engine knows parts of xstate that its types hide. The oldest version of the peer range must have them too.
vi.mock('xstate', () => import('xstate-oldest'));

test('the oldest xstate of the peer range is the one under test', async () => {
  const oldest = (await import('xstate-oldest/package.json', { with: { type: 'json' } })).default;
  const core = (await import('../package.json', { with: { type: 'json' } })).default;
  expect(core.peerDependencies.xstate).toBe(`^${oldest.version}`);
  expect(setup).toBe((await import('xstate-oldest')).setup);
});

test('on the oldest xstate the walk gives the same events with the same ids', async () => {
  const publisher = memoryPublisher();
  const runner = createRunner(literature, { store: memoryStore(), publisher });
  for (const step of walk('b1')) expect((await runner.handle([step]))[0]?.status).toBe('applied');
  expect(publisher.published.map(({ id, type }) => `${id} ${type}`)).toEqual([
    'b1/1 cmd.books.fetch',
    'b1/2 cmd.gpt.summary',
    'b1/3 cmd.regulations.grounded',
    'b1/4 cmd.regulations.compliant',
    'b1/5 notif.summary.done',
  ]);
});

test('on the oldest xstate timers of root and child are durable, and unhandled events are known as such', async () => {
  let now = 0;
  const kid = setup({}).createMachine({
    initial: 'a',
    states: {
      a: { after: { 500: 'b' } },
      b: { entry: [sendParent({ type: 'rung' }), emit({ type: 'notif.kid' })], type: 'final' },
    },
  });
  const machine = setup({ actors: { kid } }).createMachine({
    initial: 'on',
    states: {
      on: {
        invoke: { src: 'kid', id: 'kid' },
        entry: raise({ type: 'late' }, { delay: 900 }),
        on: { rung: 'rung' },
      },
      rung: { on: { late: 'end' } },
      end: { entry: emit({ type: 'notif.end' }) },
    },
  });
  const publisher = memoryPublisher();
  const orchestrator = createOrchestrator({ name: 'old', machines: { '1': machine }, startOn: 'start' });
  const runner = createRunner(orchestrator, { store: memoryStore(), publisher, clock: { now: () => now } });
  await runner.handle([event('p', 'start', {})]);
  expect((await runner.handle([event('p', 'late', {})]))[0]?.status).toBe('unhandled');
  for (now of [500, 900]) await runner.wake();
  expect(await runner.get('p')).toMatchObject({ value: 'end', timers: [] });
  expect(publisher.published.map(({ type }) => type)).toEqual(['notif.kid', 'notif.end']);
});
