import { expect, test } from 'vitest';
import { assign, emit, fromPromise, raise, setup } from 'xstate';
import { createOrchestrator, fromCommand, type OrchestratorOptions } from '../src/index.ts';
import { fetchBook } from './support/contracts.ts';
import { world } from './support/world.ts';

const first = setup({
  types: { context: {} as { pages: number } },
  actors: { fetchBook: fromCommand(fetchBook) },
}).createMachine({
  id: 'reading',
  context: { pages: 0 },
  initial: 'Fetching',
  states: {
    Fetching: {
      invoke: {
        id: 'fetch',
        src: 'fetchBook',
        input: { bookId: 'opticks' },
        onDone: { target: 'Reading', actions: assign({ pages: ({ event }) => event.output.pages.length }) },
      },
      after: { 86400000: 'Late' },
    },
    Reading: { on: { 'evt.read': 'Done' } },
    Late: { type: 'final' },
    Done: { type: 'final' },
  },
});

/** Fetching became Getting, and the context counts leaves too. */
const second = setup({
  types: { context: {} as { pages: number; leaves: number } },
  actors: { fetchBook: fromCommand(fetchBook, { timeout: '1h' }) },
}).createMachine({
  id: 'reading',
  context: { pages: 0, leaves: 0 },
  initial: 'Getting',
  states: {
    Getting: {
      invoke: {
        id: 'fetch',
        src: 'fetchBook',
        input: { bookId: 'opticks' },
        onDone: {
          target: 'Checking',
          actions: assign({ leaves: ({ event }) => Math.ceil(event.output.pages.length / 2) }),
        },
      },
    },
    Checking: { on: { 'evt.checked': 'Done' } },
    Done: { type: 'final' },
  },
});

const renamed = {
  to: '2.0.0',
  snapshot: (old: { value: unknown; context: { pages: number } }) => ({
    ...old,
    value: old.value === 'Fetching' ? 'Getting' : 'Checking',
    context: { ...old.context, leaves: Math.ceil(old.context.pages / 2) },
  }),
  timers: () => undefined,
};
const reading = (options: Partial<OrchestratorOptions> = {}) =>
  createOrchestrator({ name: 'reading', machines: { '1.0.0': first }, ...options });
const both = { machines: { '1.0.0': first, '2.0.0': second } };

test('a new version takes new processes, and one that runs stays on its own', async () => {
  const w = world(reading());
  await w.runner.start({ id: 'p' });
  const next = w.deploy(reading(both));
  await next.runner.start({ id: 'q' });
  expect(await next.runner.get('q')).toMatchObject({ version: '2.0.0', value: 'Getting' });
  await next.answer(w.sent[0] as never, { pages: ['a'] });
  expect(await next.runner.get('p')).toMatchObject({ version: '1.0.0', value: 'Reading' });
});

test('a migration moves a process with its command, and the answer to it is taken there', async () => {
  const w = world(reading());
  await w.runner.start({ id: 'p' });
  const { sent } = w;
  const next = w.deploy(reading({ ...both, migrations: { '1.0.0': renamed } }));
  await expect(next.runner.migrate('p', '2.0.0')).resolves.toMatchObject({
    version: '2.0.0',
    value: 'Getting',
    context: { leaves: 0 },
    commands: [{ type: 'cmd.books.fetch' }],
  });
  await next.answer(sent[0] as never, { pages: ['a', 'b', 'c'] });
  expect(await next.runner.get('p')).toMatchObject({ value: 'Checking', context: { leaves: 2 } });
  await next.pass(86_400_000);
  expect(await next.runner.get('p')).toMatchObject({ value: 'Checking' });
});

test('a dry run shows what would be, and changes nothing', async () => {
  const w = world(reading());
  await w.runner.start({ id: 'p' });
  const before = await w.store.load('p');
  const next = w.deploy(reading({ ...both, migrations: { '1.0.0': renamed } }));
  expect(await next.runner.migrate('p', '2.0.0', { dryRun: true })).toMatchObject({
    value: 'Getting',
    version: '2.0.0',
  });
  expect(await w.store.load('p')).toEqual(before);
});

test('a migration over several versions takes each step', async () => {
  const third = second.provide({});
  const w = world(reading());
  await w.runner.start({ id: 'p' });
  const next = w.deploy(
    reading({
      machines: { '3.0.0': third },
      migrations: { '1.0.0': renamed, '2.0.0': { to: '3.0.0' } },
    }),
  );
  expect(await next.runner.migrate('p', '3.0.0')).toMatchObject({ version: '3.0.0', value: 'Getting' });
});

test('a timer is renamed with its state, fires at its time and is gone when the state is left', async () => {
  const slow = setup({ actors: { fetchBook: fromCommand(fetchBook) } }).createMachine({
    id: 'reading',
    initial: 'Getting',
    states: {
      Getting: {
        invoke: { id: 'fetch', src: 'fetchBook', input: { bookId: 'opticks' }, onDone: 'Done' },
        after: { 86400000: 'Late' },
      },
      Late: { type: 'final' },
      Done: { on: { 'evt.never': 'Late' } },
    },
  });
  const migrations = {
    '1.0.0': { ...renamed, timers: (name: string) => name.replace('Fetching', 'Getting') },
  };
  for (const answered of [false, true]) {
    const w = world(reading());
    await w.runner.start({ id: 'p' });
    const next = w.deploy(reading({ machines: { '1.0.0': first, '2.0.0': slow as never }, migrations }));
    await next.runner.migrate('p', '2.0.0');
    if (answered) await next.answer(w.sent[0] as never, { pages: [] });
    await next.pass(86_400_000);
    expect((await next.runner.get('p'))?.value).toBe(answered ? 'Done' : 'Late');
  }
});

test.each([
  ['no way leads there', {}, /no migrations.*migrations\["1\.0\.0"\]/s],
  [
    'its function throws',
    {
      snapshot: () => {
        throw new Error('a bug');
      },
    },
    /a bug/,
  ],
  ['a timer has no state', { snapshot: renamed.snapshot }, /the timer after\.86400000\.reading\.Fetching/],
  [
    'a state does not exist',
    { snapshot: (old: object) => ({ ...old, value: 'Nowhere' }) },
    /cannot take its state/,
  ],
  [
    'a command has no actor',
    { timers: () => undefined, snapshot: (old: object) => ({ ...old, value: 'Checking', children: {} }) },
    /cmd\.books\.fetch/,
  ],
])('when %s, the process stays as it was and the error says so', async (name, migration, message) => {
  const w = world(reading());
  await w.runner.start({ id: 'p' });
  const before = await w.store.load('p');
  const migrations = name === 'no way leads there' ? {} : { '1.0.0': { to: '2.0.0', ...migration } };
  const next = w.deploy(reading({ ...both, migrations: migrations as never }));
  await expect(next.runner.migrate('p', '2.0.0')).rejects.toMatchObject({
    code: 'XORCA_MIGRATION',
    message: expect.stringMatching(message),
  });
  expect(await w.store.load('p')).toEqual(before);
});

const changed = (): OrchestratorOptions['machines'] => ({
  '1.0.0': setup({ actors: { fetchBook: fromCommand(fetchBook) } }).createMachine({
    ...(first.config as object),
    states: { ...(first.config as { states: object }).states, More: {} },
  } as never) as never,
});

test('a changed machine under an unchanged version fails the event, loses nothing, and a redrive accepts it', async () => {
  const w = world(reading());
  await w.runner.start({ id: 'p' });
  const next = w.deploy(reading({ machines: changed() }));
  const outcome = await next.answer(w.sent[0] as never, { pages: ['a'] });
  expect(outcome).toMatchObject({
    status: 'failed',
    error: { code: 'XORCA_MACHINE_CHANGED', retryable: true },
  });
  expect(await next.runner.get('p')).toMatchObject({ value: 'Fetching', stuck: true });
  expect(await next.runner.redrive('p')).toMatchObject({
    value: 'Reading',
    context: { pages: 1 },
    stuck: false,
  });
  expect(await next.send('evt.read')).toMatchObject({ status: 'applied' });
});

test('where it is asked for, a changed machine is only reported', async () => {
  const heard: string[] = [];
  const w = world(reading());
  await w.runner.start({ id: 'p' });
  const next = w.deploy(reading({ machines: changed(), onChangedMachine: 'warn' }), {
    report: ({ code }) => heard.push(code),
  });
  expect(await next.answer(w.sent[0] as never, { pages: ['a'] })).toMatchObject({ status: 'applied' });
  expect(heard).toEqual(['XORCA_MACHINE_CHANGED']);
});

test('the waiting of a state that the old version did not time begins with the migration', async () => {
  const w = world(reading());
  await w.runner.start({ id: 'p' });
  await w.answer(w.sent[0] as never, { pages: [] });
  const timed = setup({ delays: { aDay: 86_400_000 } }).createMachine({
    id: 'reading',
    initial: 'Reading',
    states: { Reading: { after: { aDay: 'Late' } }, Late: { type: 'final' } },
  });
  const machines = { '1.0.0': first, '2.0.0': timed as never };
  const next = w.deploy(reading({ machines, migrations: { '1.0.0': { to: '2.0.0' } } }));
  await next.pass(1_000_000);
  expect(await next.runner.migrate('p', '2.0.0', { dryRun: true })).toMatchObject({
    timers: [{ at: w.clock.now() + 86_400_000 }],
  });
  await next.runner.migrate('p', '2.0.0');
  await next.pass(86_399_999);
  expect(await next.runner.get('p')).toMatchObject({ value: 'Reading' });
  await next.pass(1);
  expect(await next.runner.get('p')).toMatchObject({ value: 'Late' });
});

test('a migration to where nobody would start what is waited for is refused', async () => {
  const w = world(reading());
  await w.runner.start({ id: 'p' });
  await w.answer(w.sent[0] as never, { pages: [] });
  const back = { to: '2.0.0', snapshot: (old: object) => ({ ...old, value: 'Getting' }) };
  const next = w.deploy(reading({ ...both, migrations: { '1.0.0': back as never } }));
  await expect(next.runner.migrate('p', '2.0.0')).rejects.toMatchObject({
    code: 'XORCA_MIGRATION',
    message: expect.stringContaining('fetchBook of state reading.Getting'),
  });
});

test('a dry run runs no promise', async () => {
  let calls = 0;
  const looking = setup({
    actors: {
      look: fromPromise(async () => {
        calls++;
      }),
    },
  }).createMachine({
    id: 'reading',
    initial: 'Reading',
    states: { Reading: { on: { 'evt.look': 'Looking' } }, Looking: { invoke: { src: 'look' } } },
  });
  const w = world(reading());
  await w.runner.start({ id: 'p' });
  await w.answer(w.sent[0] as never, { pages: [] });
  const snapshot = (old: object) => ({
    ...old,
    value: 'Looking',
    children: {
      '0.reading.Looking': {
        src: 'look',
        snapshot: { status: 'active', input: undefined },
        syncSnapshot: false,
      },
    },
  });
  const machines = { '1.0.0': first, '2.0.0': looking as never };
  const next = w.deploy(reading({ machines, migrations: { '1.0.0': { to: '2.0.0', snapshot } as never } }));
  await next.runner.migrate('p', '2.0.0', { dryRun: true });
  expect(calls).toBe(0);
  await next.runner.migrate('p', '2.0.0');
  expect(calls).toBe(1);
});

test('a change in a child machine, or of the command an actor sends, is a change too', async () => {
  const withChild = (states: object) => ({
    '1.0.0': setup({
      actors: { child: setup({}).createMachine({ initial: 'A', states } as never) },
    }).createMachine({
      invoke: { src: 'child' },
      on: { 'evt.any': { actions: () => {} } },
    } as never) as never,
  });
  const w = world(reading({ machines: withChild({ A: {} }) }));
  await w.runner.start({ id: 'p' });
  const same = w.deploy(reading({ machines: withChild({ A: {} }) }));
  expect((await same.send('evt.any')).status).not.toBe('failed');
  const other = w.deploy(reading({ machines: withChild({ A: {}, B: {} }) }));
  expect(await other.send('evt.any')).toMatchObject({ error: { code: 'XORCA_MACHINE_CHANGED' } });
});

test('what is over in a state does not begin again with a migration', async () => {
  const machine = setup({
    types: { emitted: {} as { type: 'notif.rung' } },
    actors: { fetchBook: fromCommand(fetchBook) },
  }).createMachine({
    id: 'm',
    initial: 'A',
    states: {
      A: {
        invoke: { id: 'fetch', src: 'fetchBook', input: { bookId: 'a' }, onDone: { actions: () => {} } },
        after: { 1000: { actions: emit({ type: 'notif.rung' }) } },
        on: { 'evt.out': 'B' },
      },
      B: { on: { 'evt.never': 'A' } },
    },
  });
  const w = world(createOrchestrator({ name: 'm', machines: { '1': machine } }));
  await w.runner.start({ id: 'p' });
  await w.answer(w.sent[0] as never, { pages: [] });
  await w.pass(1_000);
  const next = w.deploy(
    createOrchestrator({
      name: 'm',
      machines: { '1': machine, '2': machine.provide({}) },
      migrations: { '1': { to: '2' } },
    }),
  );
  expect(await next.runner.migrate('p', '2')).toMatchObject({ version: '2', timers: [] });
  await next.pass(10_000);
  expect(w.sent.map(({ type }) => type)).toEqual(['cmd.books.fetch', 'notif.rung']);
});

test('an event that a machine sends itself later is renamed, and refused when nobody would take it', async () => {
  const sending = (type: string) =>
    setup({}).createMachine({
      id: 'm',
      entry: raise({ type }, { delay: 60_000 }),
      initial: 'A',
      states: { A: { on: { [type]: 'B' } }, B: { type: 'final' } },
    });
  for (const timers of [undefined, (name: string) => (name === 'remind' ? 'remember' : name)]) {
    const w = world(createOrchestrator({ name: 'm', machines: { '1': sending('remind') } }));
    await w.runner.start({ id: 'p' });
    const machines = { '1': sending('remind'), '2': sending('remember') };
    const migrations = { '1': { to: '2', ...(timers ? { timers } : {}) } };
    const next = w.deploy(createOrchestrator({ name: 'm', machines, migrations }));
    if (!timers) {
      await expect(next.runner.migrate('p', '2')).rejects.toMatchObject({
        message: expect.stringContaining('the timer remind'),
      });
      continue;
    }
    await next.runner.migrate('p', '2');
    await next.pass(60_000);
    expect(await next.runner.get('p')).toMatchObject({ value: 'B' });
  }
});

test('the order in which actors are named, and one that nobody needs, is no change', async () => {
  const other = fromPromise(async () => 1);
  const machineWith = (actors: object) =>
    setup({ actors } as never).createMachine({
      id: 'm',
      initial: 'A',
      states: { A: { on: { 'evt.go': 'B' } }, B: {} },
    } as never) as never;
  const [a, b] = [setup({}).createMachine({ id: 'a' }), setup({}).createMachine({ id: 'b' })];
  const w = world(createOrchestrator({ name: 'm', machines: { '1': machineWith({ a, b }) } }));
  await w.runner.start({ id: 'p' });
  const next = w.deploy(createOrchestrator({ name: 'm', machines: { '1': machineWith({ b, other, a }) } }));
  expect(await next.send('evt.go')).toMatchObject({ status: 'applied' });
});
