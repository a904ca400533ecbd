import { expect, test } from 'vitest';
import { assign, sendParent, setup } from 'xstate';
import {
  createOrchestrator,
  createRunner,
  memoryPublisher,
  memoryStore,
  type ProcessStore,
  XorcaError,
} from '../../src/index.ts';
import { event, shop } from './support.ts';

test('commands lost by a crash after the save', async () => {
  const { make, time, publisher, types } = shop();
  // The function dies between its save and its publish: its publisher is never heard of again.
  let died = () => {};
  const dead = new Promise<void>((resolve) => {
    died = resolve;
  });
  const dying = {
    publish() {
      died();
      return new Promise<void>(() => {});
    },
  };
  void make({ publisher: dying }).handle([event('evt.begin')]);
  await dead;
  expect(types()).toEqual([]);
  time.now += 60_000;
  expect(await make().wake()).toMatchObject({ resent: 1, failed: [] });
  expect(publisher.published.map(({ id, type }) => `${id} ${type}`)).toEqual(['p/1 cmd.parcel.send']);
});

test('commands lost by a crash after the save: the redelivered input brings them, too', async () => {
  const { make, types } = shop();
  const failing = { publish: () => Promise.reject(new Error('the network is away')) };
  const [first] = await make({ publisher: failing }).handle([event('evt.begin')]);
  expect(first).toMatchObject({ status: 'failed', error: { code: 'XORCA_PUBLISH' } });
  const [again] = await make().handle([event('evt.begin')]);
  expect(again?.status).toBe('duplicate');
  expect(types()).toEqual(['cmd.parcel.send']);
});

test.each([
  ['a conflict that does not end', new XorcaError('XORCA_CONFLICT', 'too late', { retryable: true })],
  ['a storage that is away', new Error('no connection')],
  ['a state that is too large', new XorcaError('XORCA_STATE_TOO_LARGE', 'too large')],
])('commands returned though the save failed: %s', async (_name, error) => {
  const { store, make, types } = shop();
  const refusing: ProcessStore = { ...store, save: () => Promise.reject(error) };
  const [outcome] = await make({ store: refusing }, { maxTries: 3 }).handle([event('evt.begin')]);
  expect(outcome).toMatchObject({ status: 'failed', effects: [] });
  expect(types()).toEqual([]);
  expect(await store.load('p')).toBeUndefined();
});

test('concurrent starts that both emit', async () => {
  const { store, make, publisher, types } = shop();
  // Both have looked, and found nothing, before either saves.
  let looking = 0;
  let go = () => {};
  const both = new Promise<void>((resolve) => {
    go = resolve;
  });
  const meeting: ProcessStore = {
    ...store,
    async load(id) {
      const found = await store.load(id);
      if (++looking === 2) go();
      if (looking <= 2) await both;
      return found;
    },
  };
  const outcomes = await Promise.all(
    ['first', 'second'].map(
      async (id) => (await make({ store: meeting }).handle([event('evt.begin', id)]))[0],
    ),
  );
  expect(outcomes.map((outcome) => outcome?.status).sort()).toEqual(['applied', 'unhandled']);
  expect(types()).toEqual(['cmd.parcel.send']);
  expect(publisher.published[0]?.id).toBe('p/1');
});

test('snapshots that grow with every event', async () => {
  const { size } = await sizesOf(400);
  // The window of inputs is full after 100; from then on nothing may be added.
  expect(size(399)).toBe(size(150));
});

async function sizesOf(events: number) {
  const kid = setup({}).createMachine({
    initial: 'a',
    states: { a: { always: 'b' }, b: { entry: sendParent({ type: 'done' }), type: 'final' } },
  });
  const machine = setup({ actors: { kid } }).createMachine({
    initial: 'on',
    states: {
      on: {
        on: {
          'evt.tick': {
            target: 'on',
            reenter: true,
            actions: assign(({ spawn, event: tick }) => {
              spawn('kid', { id: `kid-${(tick as { data?: unknown }).data}` });
              return {};
            }),
          },
          done: {},
        },
        after: { 60000: 'on' },
      },
    },
  });
  const store = memoryStore();
  const orchestrator = createOrchestrator({
    name: 'ticks',
    machines: { '1': machine },
    startOn: 'evt.begin',
    onOrchestrationState: { on: () => ({ type: 'notif.on' }) },
  });
  const runner = createRunner(orchestrator, {
    store,
    publisher: memoryPublisher(),
    clock: { now: () => 1_800_000_000_000 },
  });
  await runner.handle([event('evt.begin')]);
  const sizes: number[] = [];
  for (let n = 0; n < events; n++) {
    const data = String(n).padStart(3, '0');
    const [outcome] = await runner.handle([event('evt.tick', `tick-${data}`, { data })]);
    expect(outcome?.status).toBe('applied');
    const body = (await store.load('p'))?.record.body ?? '';
    const { seen, ...rest } = JSON.parse(body);
    // Counters have as many digits as they need.
    sizes.push(seen.length + JSON.stringify(rest).replace(/\d+/g, '0').length);
  }
  return { size: (at: number) => sizes[at] };
}
