import { describe, expect, it } from 'vitest';
import { memoryStore, type Outcome } from '../../src/index.ts';
import { command, type Fetch, gate, openLibrary, pagesOf, settled } from './library.ts';

const late: Partial<Outcome> = { status: 'failed', effects: [] };

describe('the time a handler has', () => {
  it('ends with the deadline of the call: its signal says so, and it is not waited for', async () => {
    const never = gate<{ pages: string[] }>();
    let signal: AbortSignal | undefined;
    let told: number | undefined;
    const { runner, time } = openLibrary((_, context) => {
      signal = context.signal;
      told = context.deadlineAt;
      return never.promise;
    });
    const deadlineAt = time.now() + 5_000;
    const handling = runner.handle([command('1')], { deadlineAt });
    await settled();
    await time.advance(4_999);
    expect(signal?.aborted).toBe(false);
    await time.advance(1);
    expect(await handling).toMatchObject([{ ...late, error: { code: 'XORCA_DEADLINE', retryable: true } }]);
    expect(signal?.reason).toMatchObject({ code: 'XORCA_DEADLINE', processId: 'p1' });
    expect(told).toBe(deadlineAt);
  });

  it('ends with the timeout, whichever comes first', async () => {
    const seen: unknown[] = [];
    const waiting: Fetch = (_, { deadlineAt, signal }) => {
      seen.push(deadlineAt);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    const { runner, time } = openLibrary(waiting, { timeout: '2s' });
    const start = time.now();
    const handling = runner.handle([command('1')], { deadlineAt: start + 5_000 });
    await settled();
    await time.advance(2_000);
    expect(await handling).toMatchObject([{ ...late, error: { code: 'XORCA_DEADLINE' } }]);
    const second = runner.handle([command('1')], { deadlineAt: start + 3_000 });
    await settled();
    await time.advance(1_000);
    expect(await second).toMatchObject([{ ...late, error: { code: 'XORCA_DEADLINE' } }]);
    expect(seen).toEqual([start + 2_000, start + 3_000]);
  });

  it.each(['result', 'error'] as const)(
    'drops the %s of a handler that comes too late, and reports it',
    async (kind) => {
      const store = memoryStore();
      const slow = gate<{ pages: string[] }>();
      const { runner, time, published, reports } = openLibrary(() => slow.promise, {
        idempotency: { store },
      });
      const handling = runner.handle([command('1')], { deadlineAt: time.now() + 10 });
      await settled();
      await time.advance(10);
      await handling;
      await time.advance(40);
      if (kind === 'result') slow.resolve({ pages: [] });
      else slow.reject(new Error('too late'));
      await settled();
      expect(published).toEqual([]);
      expect((await store.list({})).items).toEqual([]);
      expect(reports).toMatchObject([{ code: 'XORCA_DEADLINE', processId: 'p1' }]);
      expect(reports[0]?.message).toContain('40 ms after');
    },
  );

  it('drops what a handler answers because its time is over', async () => {
    const { runner, time, published } = openLibrary(
      (_, { signal }) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve({ pages: ['half'] }))),
    );
    const handling = runner.handle([command('1')], { deadlineAt: time.now() + 10 });
    await settled();
    await time.advance(10);
    expect(await handling).toMatchObject([late]);
    expect(published).toEqual([]);
  });

  it('drops the answer of a handler that let no timer have its turn', async () => {
    const clock = { at: 1_000 };
    const { runner, published } = openLibrary(
      () => {
        clock.at += 60_000;
        return { pages: [] };
      },
      { time: { now: () => clock.at, setTimeout: () => 0, clearTimeout() {}, advance: async () => {} } },
    );
    expect(await runner.handle([command('1')], { deadlineAt: 2_000 })).toMatchObject([late]);
    expect(published).toEqual([]);
  });

  it('begins nothing for which no time is left', async () => {
    let called = 0;
    const { runner, time } = openLibrary(
      async (_, { signal }) => {
        called++;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return { pages: [] };
      },
      { concurrency: 1 },
    );
    const handling = runner.handle([command('1'), command('2')], { deadlineAt: time.now() + 10 });
    await settled();
    await time.advance(10);
    expect(await handling).toMatchObject([late, late]);
    expect(called).toBe(1);
  });

  it('is not spent on looking for an answer: not when it is over before, and not on the handler when it ends meanwhile', async () => {
    const inner = memoryStore();
    let loads = 0;
    const store = {
      ...inner,
      async load(id: string) {
        loads++;
        await time.advance(20);
        return inner.load(id);
      },
    };
    let called = 0;
    const { runner, time } = openLibrary(
      () => {
        called++;
        return { pages: [] };
      },
      { idempotency: { store } },
    );
    expect(await runner.handle([command('1')], { deadlineAt: time.now() })).toMatchObject([late]);
    expect(loads).toBe(0);
    expect(await runner.handle([command('1')], { deadlineAt: time.now() + 10 })).toMatchObject([late]);
    expect(loads).toBe(1);
    expect(called).toBe(0);
  });

  it('may be longer than a timer can be set for, and leaves no timer behind', async () => {
    const set = new Set<unknown>();
    const { time: virtual } = openLibrary();
    const time = {
      ...virtual,
      setTimeout(run: () => void, ms: number) {
        expect(ms).toBeLessThan(2 ** 31);
        const id = virtual.setTimeout(run, ms);
        set.add(id);
        return id;
      },
      clearTimeout(id: unknown) {
        set.delete(id);
        virtual.clearTimeout(id);
      },
    };
    const slow = gate<{ pages: string[] }>();
    const { runner, published } = openLibrary(() => slow.promise, { time });
    const handling = runner.handle([command('1')], { deadlineAt: time.now() + 40 * 86_400_000 });
    await settled();
    expect(set.size).toBe(1);
    slow.resolve({ pages: [] });
    await handling;
    expect(set.size).toBe(0);
    expect(published).toHaveLength(1);
  });

  it('does not end the call of a neighbour that is in time', async () => {
    const slow = gate<{ pages: string[] }>();
    const { runner, time, published } = openLibrary((input, context) =>
      input.bookId === 'slow' ? slow.promise : pagesOf(input, context),
    );
    const handling = runner.handle([command('1', { bookId: 'slow' }), command('2')], {
      deadlineAt: time.now() + 10,
    });
    await settled();
    await time.advance(10);
    expect((await handling).map(({ status }) => status)).toEqual(['failed', 'applied']);
    expect(published.map(({ id }) => id)).toEqual(['2/answer']);
  });
});
