import { describe, expect, it } from 'vitest';
import { XorcaError } from '../../src/errors.ts';
import { answerId } from '../../src/fleet/answer-record.ts';
import {
  createRunner,
  memoryPublisher,
  memoryStore,
  onCommand,
  type ProcessRecord,
  type ProcessStore,
} from '../../src/index.ts';
import { literature } from '../support/literature-machine.ts';
import { virtualTime } from '../support/virtual-time.ts';
import { command, fetchBook, gate, openLibrary, pagesOf, settled } from './library.ts';

const DAY = 86_400_000;

/** A library whose handler gives another answer each time. */
function counting(store: ProcessStore, more: Parameters<typeof openLibrary>[1] = {}) {
  let calls = 0;
  const opened = openLibrary(() => ({ pages: [`answer ${++calls}`] }), { idempotency: { store }, ...more });
  return { ...opened, calls: () => calls };
}

describe('a fleet that remembers its answers', () => {
  it('gives a command that comes again the very answer it got, without its handler', async () => {
    const store = memoryStore();
    const { runner, published, calls, time } = counting(store);
    expect(runner.isIdempotent).toBe(true);
    const [first] = await runner.handle([command('1')]);
    await time.advance(60_000);
    const [second] = await runner.handle([JSON.stringify(command('1'))]);
    expect(first?.status).toBe('applied');
    expect(second).toMatchObject({ status: 'duplicate', effects: first?.effects });
    expect(calls()).toBe(1);
    expect(published).toHaveLength(2);
    expect(published[1]).toEqual(published[0]);
    // Another program sees it too.
    const other = counting(store, { time });
    await other.runner.handle([command('1')]);
    expect(other.published).toEqual([published[0]]);
    expect(other.calls()).toBe(0);
  });

  it('has stored the answer before it is published', async () => {
    const store = memoryStore();
    const known: unknown[] = [];
    const publisher = {
      ...memoryPublisher(),
      async publish() {
        known.push((await store.load(answerId('library', command('1'))))?.record.status);
        throw new Error('the bus is away');
      },
    };
    const failing = counting(store, { publisher });
    expect(await failing.runner.handle([command('1')])).toMatchObject([
      { status: 'failed', error: { code: 'XORCA_PUBLISH' } },
    ]);
    expect(known).toEqual(['done']);
    const { runner, published, calls } = counting(store);
    expect(await runner.handle([command('1')])).toMatchObject([{ status: 'duplicate' }]);
    expect(published.map(({ data }) => data)).toEqual([{ pages: ['answer 1'] }]);
    expect(calls()).toBe(0);
  });

  it('remembers answers with an error, but nothing that is no answer', async () => {
    const store = memoryStore();
    let calls = 0;
    const { runner, published } = openLibrary(
      ({ bookId }, { fail }) => {
        calls++;
        if (bookId === 'lent') return fail({ reason: 'lent' });
        throw new Error('the shelf is away');
      },
      { idempotency: { store } },
    );
    const lent = command('1', { bookId: 'lent' });
    await runner.handle([lent]);
    expect(await runner.handle([lent])).toMatchObject([{ status: 'duplicate' }]);
    expect(published[1]).toEqual(published[0]);
    expect(calls).toBe(1);
    calls = 0;
    for (let n = 0; n < 2; n++) await runner.handle([command('2')]);
    expect(calls).toBe(2);
    expect((await store.list({})).items).toHaveLength(1);
  });

  it('lets the first stored answer win when two race, and the slower publish that one', async () => {
    const store = memoryStore();
    const gates = [gate<{ pages: string[] }>(), gate<{ pages: string[] }>()] as const;
    const time = virtualTime();
    const [slow, fast] = gates.map(({ promise }) =>
      openLibrary(() => promise, { idempotency: { store }, time }),
    );
    const handling = [slow?.runner.handle([command('1')]), fast?.runner.handle([command('1')])];
    await settled();
    gates[1].resolve({ pages: ['fast'] });
    await settled();
    gates[0].resolve({ pages: ['slow'] });
    const [slowOutcome, fastOutcome] = (await Promise.all(handling)).map((outcomes) => outcomes?.[0]);
    expect(fastOutcome?.status).toBe('applied');
    expect(slowOutcome?.status).toBe('duplicate');
    expect(slow?.published).toEqual(fast?.published);
    expect(fast?.published).toMatchObject([{ data: { pages: ['fast'] } }]);
  });

  it('publishes nothing that it could not store', async () => {
    const store = { ...memoryStore(), save: () => Promise.reject(new Error('the store is away')) };
    const { runner, published } = counting(store);
    expect(await runner.handle([command('1')])).toMatchObject([
      { status: 'failed', error: { code: 'XORCA_UNAVAILABLE', retryable: true } },
    ]);
    expect(published).toEqual([]);
  });

  it('does not call the handler when it cannot tell whether the command was answered', async () => {
    const store = { ...memoryStore(), load: () => Promise.reject(new Error('the store is away')) };
    const { runner, calls } = counting(store);
    expect(await runner.handle([command('1')])).toMatchObject([
      { status: 'failed', error: { code: 'XORCA_UNAVAILABLE', retryable: true } },
    ]);
    expect(calls()).toBe(0);
  });

  it('takes a save whose reply was lost for saved', async () => {
    const inner = memoryStore();
    const store: ProcessStore = {
      ...inner,
      async save(record, expected) {
        await inner.save(record, expected);
        throw new XorcaError('XORCA_UNAVAILABLE', 'the reply was lost', { retryable: true });
      },
    };
    const { runner, published } = counting(store);
    expect(await runner.handle([command('1')])).toMatchObject([{ status: 'applied' }]);
    expect(published).toHaveLength(1);
  });

  it('leaves an answer to the store that takes it to the publisher itself', async () => {
    const inner = memoryStore();
    const publisher = memoryPublisher();
    const carried: unknown[] = [];
    const store: ProcessStore = {
      ...inner,
      carries: publisher,
      save(record, expected, effects = []) {
        carried.push(...effects);
        return inner.save(record, expected);
      },
    };
    const { runner } = counting(store, { publisher });
    expect(await runner.handle([command('1')])).toMatchObject([{ status: 'applied', effects: carried }]);
    expect(carried).toHaveLength(1);
    expect(publisher.published).toEqual([]);
    await runner.handle([command('1')]);
    expect(publisher.published).toEqual(carried);
  });

  it('knows commands by source and id, and fleets apart', async () => {
    const store = memoryStore();
    const { runner, published, calls } = counting(store);
    const ids = [command('1'), command('2'), command('1', undefined, { source: '/other' })];
    await runner.handle(ids);
    expect(calls()).toBe(3);
    const other = counting(store, { fleet: { name: 'other library' } });
    await other.runner.handle([command('1')]);
    expect(other.calls()).toBe(1);
    expect(published).toHaveLength(3);
    expect((await store.list({ orchestrator: 'fleet:library' })).items).toHaveLength(3);
    expect((await store.list({ orchestrator: 'fleet:other library' })).items).toHaveLength(1);
  });

  it('gives no process the answer of another that used the same source and id', async () => {
    const store = memoryStore();
    const { runner, published } = counting(store);
    await runner.handle([command('1')]);
    const outcomes = await runner.handle([
      command('1', undefined, { subject: 'p2' }),
      command('1', undefined, { type: 'cmd.books.dust', data: undefined }),
    ]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', error: { code: 'XORCA_INVALID_EVENT' } });
    }
    expect(published).toHaveLength(1);
  });

  it.each<[string, Partial<ProcessRecord>, string]>([
    ['is no JSON', { body: '{' }, 'XORCA_CORRUPT_RECORD'],
    ['lacks its parts', { body: '{"format":1}' }, 'XORCA_CORRUPT_RECORD'],
    ['is a process of that name', { orchestrator: 'books' }, 'XORCA_CORRUPT_RECORD'],
    ['has a newer format', { body: '{"format":2}' }, 'XORCA_NEWER_FORMAT'],
  ])('leaves a record alone that %s', async (_, part, code) => {
    const store = memoryStore();
    const { runner, calls } = counting(store);
    await runner.handle([command('1')]);
    const id = answerId('library', command('1'));
    const stored = await store.load(id);
    const spoilt = { ...(stored?.record as ProcessRecord), ...part };
    await store.save(spoilt, stored?.revision);
    expect(await runner.handle([command('1')])).toMatchObject([{ status: 'failed', error: { code } }]);
    expect((await store.load(id))?.record).toEqual(spoilt);
    expect(calls()).toBe(1);
  });

  it('gives a known answer also when the contract has become stricter since', async () => {
    const store = memoryStore();
    const { runner } = counting(store);
    await runner.handle([command('1')]);
    const stricter = { ...fetchBook, input: { '~standard': { ...fetchBook.input['~standard'] } } };
    Object.assign(stricter.input['~standard'], { validate: () => ({ issues: [{ message: 'no' }] }) });
    const later = openLibrary(pagesOf, {
      idempotency: { store },
      fleet: { handlers: [onCommand(stricter as typeof fetchBook, pagesOf)] },
    });
    expect(await later.runner.handle([command('1'), command('2')])).toMatchObject([
      { status: 'duplicate' },
      { status: 'rejected' },
    ]);
  });
});

describe('the wake of a fleet', () => {
  it('forgets answers that were kept long enough, and no others', async () => {
    const store = memoryStore();
    const { runner, time, calls } = counting(store, { idempotency: { store, keep: '2d' } });
    await runner.handle([command('1')]);
    await time.advance(DAY);
    await runner.handle([command('2')]);
    await time.advance(DAY - 1);
    expect(await runner.wake()).toEqual({ woken: 0, resent: 0, failed: [], more: false });
    await runner.handle([command('1')]);
    expect(calls()).toBe(2);
    await time.advance(1);
    expect(await runner.wake()).toMatchObject({ woken: 1 });
    await runner.handle([command('2')]);
    expect(calls()).toBe(2);
    await runner.handle([command('1')]);
    expect(calls()).toBe(3);
  });

  it('keeps what a store names as due too early', async () => {
    const inner = memoryStore();
    const store: ProcessStore = {
      ...inner,
      due: async () => (await inner.list({})).items.map(({ id }) => id),
    };
    const { runner } = counting(store);
    await runner.handle([command('1')]);
    expect(await runner.wake()).toMatchObject({ woken: 0, failed: [] });
    expect((await inner.list({})).items).toHaveLength(1);
  });

  it('keeps answers for 14 days by default', async () => {
    const store = memoryStore();
    const { runner, time } = counting(store);
    await runner.handle([command('1')]);
    await time.advance(14 * DAY - 1);
    expect((await runner.wake()).woken).toBe(0);
    await time.advance(1);
    expect((await runner.wake()).woken).toBe(1);
    expect((await store.list({})).items).toEqual([]);
  });

  it('touches neither processes nor the answers of other fleets in the same store', async () => {
    const store = memoryStore();
    const time = virtualTime();
    const books = createRunner(literature, {
      store,
      publisher: { publish: () => Promise.reject(new Error('away')) },
      clock: time,
    });
    await books.start({ id: 'p1', input: { bookId: 'opticks' } });
    const others = counting(store, { fleet: { name: 'other' }, time });
    await others.runner.handle([command('1')]);
    const { runner } = counting(store, { time });
    await runner.handle([command('1')]);
    await time.advance(15 * DAY);
    expect(await store.due(time.now(), 10)).toHaveLength(3);
    expect(await runner.wake()).toEqual({ woken: 1, resent: 0, failed: [], more: false });
    expect((await store.list({})).items.map(({ orchestrator }) => orchestrator).sort()).toEqual([
      'books.summary',
      'fleet:other',
    ]);
    expect(await others.runner.wake()).toMatchObject({ woken: 1 });
  });

  it('is not blocked by hundreds of due records that are not its own', async () => {
    const store = memoryStore();
    const time = virtualTime();
    const other = counting(store, { fleet: { name: 'other' }, time });
    await other.runner.handle(Array.from({ length: 250 }, (_, n) => command(`${n}`)));
    await time.advance(1);
    const { runner } = counting(store, { time });
    await runner.handle([command('mine')]);
    await time.advance(15 * DAY);
    let woken = 0;
    for (let more = true, n = 0; more && n < 5; n++) {
      const result = await runner.wake();
      woken += result.woken;
      ({ more } = result);
    }
    expect(woken).toBe(1);
  });

  it('takes what is too much for one wake in several', async () => {
    const store = memoryStore();
    const { runner, time } = counting(store);
    await runner.handle(Array.from({ length: 150 }, (_, n) => command(`${n}`)));
    await time.advance(15 * DAY);
    expect(await runner.wake()).toMatchObject({ woken: 100, more: true });
    expect(await runner.wake()).toMatchObject({ woken: 50, more: false });
  });

  it('names what could not be deleted, tries it again later, and stops at its deadline', async () => {
    const inner = memoryStore();
    let away = true;
    const store: ProcessStore = {
      ...inner,
      delete: (id) =>
        away ? Promise.reject(new Error('the store is away')) : (inner.delete?.(id) as Promise<void>),
    };
    const { runner, time } = counting(store);
    await runner.handle([command('1')]);
    await time.advance(15 * DAY);
    expect(await runner.wake({ deadlineAt: time.now() })).toMatchObject({ woken: 0, failed: [] });
    expect(await runner.wake()).toMatchObject({
      woken: 0,
      failed: [{ id: answerId('library', command('1')), error: { code: 'XORCA_UNAVAILABLE' } }],
    });
    away = false;
    await time.advance(60_000);
    expect(await runner.wake()).toMatchObject({ woken: 1, failed: [] });
  });
});
