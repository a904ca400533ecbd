import { expect, test } from 'vitest';
import { hasSeen, withSeen } from '../src/dedupe-window.ts';
import { createRunner, memoryLock, memoryPublisher, memoryStore, type ProcessRecord } from '../src/index.ts';
import { compareVersions } from '../src/versions.ts';
import { event, literature, walk } from './support/literature-machine.ts';

async function withBody(change: (body: string) => string) {
  const store = memoryStore();
  const publisher = memoryPublisher();
  const lock = memoryLock();
  const runner = createRunner(literature, { store, publisher, lock });
  await runner.handle([walk('b1')[0]]);
  const stored = await store.load('b1');
  if (!stored) throw new Error('no record');
  const record: ProcessRecord = { ...stored.record, body: change(stored.record.body) };
  await store.save(record, stored.revision);
  return { store, runner, lock, record };
}

test.each([
  ['no JSON', () => '{"format":2', 'XORCA_CORRUPT_RECORD'],
  ['null', () => 'null', 'XORCA_CORRUPT_RECORD'],
  ['without its parts', () => '{"format":2,"snapshot":{}}', 'XORCA_CORRUPT_RECORD'],
  ['without a format', (body: string) => body.replace('"format":2,', ''), 'XORCA_CORRUPT_RECORD'],
  ['of a newer format', (body: string) => body.replace('"format":2', '"format":99'), 'XORCA_NEWER_FORMAT'],
])(
  'a record that is %s is an error that names the process, and is never overwritten',
  async (_name, change, code) => {
    const { store, runner, lock, record } = await withBody(change);
    const outcomes = await runner.handle([walk('b1')[1], walk('b2')[0]]);
    expect(outcomes.map(({ status }) => status)).toEqual(['failed', 'applied']);
    expect(outcomes[0]?.error).toMatchObject({ code, processId: 'b1' });
    if (code === 'XORCA_NEWER_FORMAT') expect(outcomes[0]?.error?.message).toContain('format 99');
    await runner.wake();
    await expect(runner.get('b1')).rejects.toMatchObject({ code });
    expect((await store.load('b1'))?.record).toEqual(record);
    // The lock is free again.
    await (await lock.acquire('b1', { ttlMs: 1000, timeoutMs: 0 })).release();
  },
);

test('a record whose state the machine no longer has fails its events and is kept', async () => {
  const { store, runner } = await withBody((body) => body.replace('"value":"FetchData"', '"value":"Gone"'));
  const [outcome] = await runner.handle([walk('b1')[1]]);
  expect(outcome).toMatchObject({ status: 'failed', error: { code: 'XORCA_MACHINE' } });
  expect(JSON.parse((await store.load('b1'))?.record.body ?? '')).toMatchObject({
    snapshot: { value: 'Gone' },
    problem: { times: 1 },
  });
});

test('the dedupe window is bounded by count and by age', () => {
  const hour = 3_600_000;
  const bounds = { count: 3, ageMs: 2 * hour };
  let seen = '';
  for (const [i, name] of ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc', 'dddddddddddd'].entries())
    seen = withSeen(seen, name, 1000 * hour + i, bounds);
  expect(['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'dddddddddddd'].map((hash) => hasSeen(seen, hash))).toEqual([
    false,
    true,
    true,
  ]);
  seen = withSeen(seen, 'eeeeeeeeeeee', 1003 * hour, bounds);
  expect(['cccccccccccc', 'dddddddddddd', 'eeeeeeeeeeee'].map((hash) => hasSeen(seen, hash))).toEqual([
    false,
    false,
    true,
  ]);
  // A hash is found only where an entry begins.
  expect(hasSeen(withSeen('', 'xaaaaaaaaaaa', 0, bounds), 'aaaaaaaaaaa0')).toBe(false);
});

test('an input beyond the window is taken anew, one inside it is not', async () => {
  const store = memoryStore();
  const runner = createRunner(literature, { store, publisher: memoryPublisher() }, { dedupe: { count: 1 } });
  const [start, fetched] = walk('b1');
  await runner.handle([start, fetched]);
  expect((await runner.handle([fetched]))[0]?.status).toBe('duplicate');
  expect((await runner.handle([start]))[0]?.status).toBe('unhandled');
});

test('versions are ordered by their numbers', () => {
  const sorted = ['1.10.0', '1.9.2', '2', '1.9.2-beta.2', '1.9.2-beta.10', '0.1', '1.9.2-alpha'].sort(
    compareVersions,
  );
  expect(sorted).toEqual(['0.1', '1.9.2-alpha', '1.9.2-beta.2', '1.9.2-beta.10', '1.9.2', '1.10.0', '2']);
});

test('an invocation stops at its deadline and hands the rest back', async () => {
  let now = 0;
  const store = memoryStore();
  const slow = {
    ...store,
    load(id: string) {
      now += 40;
      return store.load(id);
    },
  };
  const runner = createRunner(
    literature,
    { store: slow, publisher: memoryPublisher(), clock: { now: () => now } },
    { concurrency: 1 },
  );
  const outcomes = await runner.handle(
    ['a', 'b', 'c', 'd'].map((id) => walk(id)[0]),
    { deadlineAt: 100 },
  );
  expect(outcomes.map(({ status, error }) => error?.code ?? status)).toEqual([
    'applied',
    'applied',
    'applied',
    'XORCA_DEADLINE',
  ]);
  expect(await store.load('d')).toBeUndefined();
});

test('a lock that cannot be had fails the deliveries and changes nothing', async () => {
  const store = memoryStore();
  const lock = memoryLock();
  await lock.acquire('b1', { ttlMs: 60_000, timeoutMs: 0 });
  const runner = createRunner(
    literature,
    { store, publisher: memoryPublisher(), lock },
    { lock: { timeout: 0 } },
  );
  const [outcome] = await runner.handle([walk('b1')[0]]);
  expect(outcome).toMatchObject({ status: 'failed', error: { code: 'XORCA_LOCK_TIMEOUT' } });
  expect(await store.load('b1')).toBeUndefined();
});

test('list shows processes by status, and starting twice starts once', async () => {
  const store = memoryStore();
  const runner = createRunner(literature, { store, publisher: memoryPublisher() });
  expect((await runner.start({ id: 's1', input: { bookId: 'x' } })).status).toBe('applied');
  expect((await runner.start({ id: 's1', input: { bookId: 'y' } })).status).toBe('duplicate');
  await runner.handle(walk('b1'));
  expect((await runner.list({ status: 'active' })).items.map(({ id }) => id)).toEqual(['s1']);
  expect((await runner.list({ orchestrator: 'books.summary' })).items).toHaveLength(2);
  await expect(runner.start({ id: 's2', version: '9' })).rejects.toMatchObject({
    code: 'XORCA_UNKNOWN_VERSION',
  });
  expect((await runner.handle([event('s1', 'evt.books.fetch.success', { pages: [] })]))[0]?.status).toBe(
    'applied',
  );
});
