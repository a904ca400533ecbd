import { expect, test } from 'vitest';
import { createActor, setup } from 'xstate';
import {
  type LockOptions,
  memoryLock,
  memoryStore,
  orchestrateCloudEvents,
  PersistableActor,
  type ProcessLock,
} from '../../src/index.ts';
import { event, shop } from './support.ts';

const machine = setup({}).createMachine({ initial: 'a', states: { a: { on: { 'evt.parcel': {} } } } });

function watched() {
  const asked: [string, LockOptions][] = [];
  let held = 0;
  const lock: ProcessLock = {
    async acquire(id, options) {
      asked.push([id, options]);
      held++;
      return { fence: 1, renew: async () => {}, release: async () => void held-- };
    },
  };
  return { lock, asked, held: () => held };
}

test('a lock option that is never forwarded', async () => {
  const runner = watched();
  await shop({ lock: runner.lock }, { lock: { ttl: '7s', timeout: '3s' } })
    .make()
    .handle([event('evt.begin')]);
  expect(runner.asked).toEqual([['p', { ttlMs: 7_000, timeoutMs: 3_000 }]]);

  const seed = watched();
  await orchestrateCloudEvents(
    {
      statemachine: { version: '1', logic: machine },
      storage: memoryStore(),
      lock: seed.lock,
      locking: 'write',
      acquireLockMaxTimeout: 1_234,
    },
    [],
    [{ subject: 'p' }],
  );
  expect(seed.asked.map(([id, { timeoutMs }]) => [id, timeoutMs])).toEqual([['p', 1_234]]);

  for (const locking of ['write', 'read-write'] as const) {
    const actor = watched();
    const kept = new PersistableActor({
      id: 'p',
      storage: memoryStore(),
      lock: actor.lock,
      locking,
      acquireLockMaxTimeout: 1_234,
      lockTtl: 5_678,
      actorCreator: (id, snapshot) => createActor(machine, { id, ...(snapshot ? { snapshot } : {}) }),
    });
    await kept.init();
    kept.actor.start();
    await kept.save();
    await kept.close();
    expect(actor.asked).toEqual([['p', { ttlMs: 5_678, timeoutMs: 1_234 }]]);
    expect(actor.held()).toBe(0);
  }
});

test('a lock leaked by an unknown process', async () => {
  const { lock, held, asked } = watched();
  const runner = shop({ lock }).make();
  const [outcome] = await runner.handle([event('evt.parcel')]);
  expect(outcome?.status).toBe('unknown-process');
  await expect(runner.cancel('p')).rejects.toMatchObject({ code: 'XORCA_UNKNOWN_PROCESS' });
  await expect(runner.redrive('p')).rejects.toMatchObject({ code: 'XORCA_UNKNOWN_PROCESS' });
  expect(asked).toHaveLength(3);
  expect(held()).toBe(0);
});

test('lock release by a non-owner', async () => {
  let now = 0;
  const lock = memoryLock({ clock: { now: () => now } });
  const options = { ttlMs: 1_000, timeoutMs: 0 };
  const first = await lock.acquire('p', options);
  now = 1_000;
  const second = await lock.acquire('p', options);
  // The first has lost its lease by time; what it does now is no longer about its own.
  await first.release();
  await expect(first.renew()).rejects.toMatchObject({ code: 'XORCA_LOCK_LOST' });
  await expect(lock.acquire('p', options)).rejects.toMatchObject({ code: 'XORCA_LOCK_TIMEOUT' });
  await second.release();
  await (await lock.acquire('p', options)).release();
});
