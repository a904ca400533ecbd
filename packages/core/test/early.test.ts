import { expect, test } from 'vitest';
import { assign, emit, setup } from 'xstate';
import { z } from 'zod';
import {
  createOrchestrator,
  defineEvent,
  type EventOf,
  fromCommand,
  type OrchestratorOptions,
  type XorcaError,
} from '../src/index.ts';
import { fetchBook } from './support/contracts.ts';
import { type World, world } from './support/world.ts';

const approval = defineEvent('evt.approval.given', { data: z.object({ by: z.string() }) });
const DAY = 86_400_000;

const approving = (options: Partial<OrchestratorOptions> = {}) =>
  createOrchestrator({
    name: 'approving',
    events: [approval],
    buffer: { 'evt.approval.given': '7d' },
    machines: {
      '1.0.0': setup({
        types: {
          context: {} as { by: string[] },
          events: {} as EventOf<typeof approval> | { type: 'evt.checked' } | { type: 'evt.again' },
        },
        actions: {
          note: assign({
            by: ({ context, event }) => [...context.by, (event as EventOf<typeof approval>).data.by],
          }),
        },
      }).createMachine({
        context: { by: [] },
        initial: 'Checking',
        states: {
          Checking: { on: { 'evt.checked': 'Approving' } },
          Approving: { on: { 'evt.approval.given': { target: 'Second', actions: 'note' } } },
          Second: { on: { 'evt.approval.given': { target: 'Done', actions: 'note' } } },
          Done: { type: 'final' },
        },
      }),
    },
    ...options,
  });

test('an event that comes early is kept until a state takes it', async () => {
  const w = world(approving());
  await w.runner.start({ id: 'p' });
  const first = await w.send('evt.approval.given', { id: 'a', data: { by: 'Ada' } });
  expect(first).toMatchObject({ status: 'buffered' });
  expect(await w.send('evt.approval.given', { id: 'a', data: { by: 'Ada' } })).toMatchObject({
    status: 'duplicate',
  });
  expect(await w.runner.get('p')).toMatchObject({ value: 'Checking', buffered: [{ event: { id: 'a' } }] });
  await w.send('evt.checked');
  expect(await w.runner.get('p')).toMatchObject({
    value: 'Second',
    context: { by: ['Ada'] },
    buffered: [],
    wakeAt: null,
  });
});

test('what an early event brings about is told with the event that let it in', async () => {
  const machine = setup({ types: { emitted: {} as { type: 'notif.taken' } } }).createMachine({
    initial: 'A',
    states: {
      A: { on: { 'evt.open': 'B' } },
      B: { on: { 'evt.early': { actions: emit({ type: 'notif.taken' }) } } },
    },
  });
  const w = world(
    createOrchestrator({ name: 'x', machines: { '1': machine }, buffer: { 'evt.early': '1h' } }),
  );
  await w.runner.start({ id: 'p' });
  await w.send('evt.early');
  expect(await w.send('evt.open')).toMatchObject({ effects: [{ type: 'notif.taken', id: 'p/1' }] });
});

test.each<[string, (w: World) => Promise<unknown>]>([
  ['a redrive', ({ runner }) => runner.redrive('p')],
  ['a later wake', ({ pass }) => pass(DAY / 24 - 1)],
])('an early event whose step fails stays, as a problem, until %s takes it', async (_name, mend) => {
  let broken = true;
  const machine = setup({}).createMachine({
    initial: 'A',
    states: {
      A: { on: { 'evt.open': 'B' } },
      B: {
        on: {
          'evt.early': {
            target: 'C',
            actions: () => {
              if (broken) throw new Error('a bug');
            },
          },
        },
      },
      C: { on: { 'evt.never': 'A' } },
    },
  });
  const w = world(
    createOrchestrator({ name: 'x', machines: { '1': machine }, buffer: { 'evt.early': '1h' } }),
  );
  await w.runner.start({ id: 'p' });
  await w.send('evt.early', { id: 'e' });
  expect(await w.send('evt.open')).toMatchObject({ status: 'applied' });
  expect(await w.runner.get('p')).toMatchObject({
    value: 'B',
    problem: { event: { id: 'e' } },
    buffered: [{ event: { id: 'e' } }],
  });
  broken = false;
  await mend(w);
  expect(await w.runner.get('p')).toMatchObject({ value: 'C', buffered: [], stuck: false });
});

test('a process keeps a hundred early events; one more is unhandled, and takes nothing of the others', async () => {
  const w = world(approving());
  await w.runner.start({ id: 'p' });
  const early = (n: number) => w.send('evt.approval.given', { id: `a${n}`, data: { by: `Ada ${n}` } });
  for (let n = 0; n < 100; n++) expect(await early(n)).toMatchObject({ status: 'buffered' });
  expect(await early(100)).toMatchObject({ status: 'unhandled' });
  expect((await w.runner.get('p'))?.buffered).toHaveLength(100);
  await w.send('evt.checked');
  expect(await w.runner.get('p')).toMatchObject({ context: { by: ['Ada 0', 'Ada 1'] } });
});

test('an answer to a command is never too early, and is refused as such', () => {
  const machine = setup({ actors: { fetchBook: fromCommand(fetchBook) } }).createMachine({});
  expect(() =>
    createOrchestrator({
      name: 'x',
      machines: { '1': machine },
      buffer: { 'evt.books.fetch.success': '1h' },
    }),
  ).toThrow(/never too early/);
});

test('early events are taken in the order they came, each where a state takes it', async () => {
  const w = world(approving());
  await w.runner.start({ id: 'p' });
  for (const by of ['Ada', 'Bob', 'Cyd']) await w.send('evt.approval.given', { data: { by } });
  await w.send('evt.checked');
  expect(await w.runner.get('p')).toMatchObject({ status: 'done', context: { by: ['Ada', 'Bob'] } });
});

test('an early event whose time is over is dropped, and somebody hears of it', async () => {
  const heard: XorcaError[] = [];
  const w = world(approving(), { report: (error) => void heard.push(error) });
  await w.runner.start({ id: 'p' });
  await w.send('evt.approval.given', { id: 'a', data: { by: 'Ada' } });
  await w.pass(7 * DAY);
  expect(heard).toMatchObject([{ code: 'XORCA_BUFFER_EXPIRED', processId: 'p' }]);
  expect(heard[0]?.message).toContain('evt.approval.given');
  await w.send('evt.checked');
  expect(await w.runner.get('p')).toMatchObject({ value: 'Approving', buffered: [] });
});

test('an event that is not to be kept is unhandled, as ever', async () => {
  const w = world(approving());
  await w.runner.start({ id: 'p' });
  expect(await w.send('evt.other')).toMatchObject({ status: 'unhandled' });
});

test('a wrong early event is rejected before it is kept', async () => {
  const w = world(approving());
  await w.runner.start({ id: 'p' });
  expect(await w.send('evt.approval.given', { data: { by: 7 } })).toMatchObject({ status: 'rejected' });
});

const counting = createOrchestrator({
  name: 'counting',
  startOrSignal: ['evt.item.added'],
  machines: {
    '1.0.0': setup({ types: { context: {} as { items: unknown[] } } }).createMachine({
      context: { items: [] },
      on: {
        'evt.item.added': {
          actions: assign({ items: ({ context, event }) => [...context.items, event['data']] }),
        },
      },
    }),
  },
});

test('an event that starts or signals creates the process when there is none, and is given to it either way', async () => {
  const w = world(counting);
  expect(await w.send('evt.item.added', { id: 'a', data: 1 })).toMatchObject({ status: 'applied' });
  expect(await w.send('evt.item.added', { data: 2 })).toMatchObject({ status: 'applied' });
  expect(await w.send('evt.item.added', { id: 'a', data: 1 })).toMatchObject({ status: 'duplicate' });
  expect(await w.runner.get('p')).toMatchObject({ context: { items: [1, 2] } });
});

test('two such events at once create one process and lose none', async () => {
  const w = world(counting);
  await Promise.all([1, 2, 3].map((data) => w.send('evt.item.added', { data })));
  const { context } = (await w.runner.get('p')) as { context: { items: number[] } };
  expect([...context.items].sort()).toEqual([1, 2, 3]);
});
