import { describe, expect, it } from 'vitest';
import { isXorcaError } from '../../src/index.ts';
import { cancel, command, type Fetch, gate, openLibrary, settled } from './library.ts';

/** Works until it is told to stop. */
const obedient: Fetch = (_, { signal }) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('a command that is called off', () => {
  it('has its signal aborted, and is settled without an answer once its handler throws', async () => {
    let reason: unknown;
    const { runner, published } = openLibrary((input, context) => {
      context.signal.addEventListener('abort', () => {
        reason = context.signal.reason;
      });
      return obedient(input, context);
    });
    const handling = runner.handle([command('1')]);
    await settled();
    const off = cancel('1');
    expect(await runner.handle([off])).toEqual([{ status: 'applied', event: off, effects: [] }]);
    expect(await handling).toMatchObject([
      { status: 'applied', effects: [], reason: expect.stringContaining('called off') },
    ]);
    expect(isXorcaError(reason, 'XORCA_CANCELLED')).toBe(true);
    expect(published).toEqual([]);
  });

  it('is answered all the same when its handler had the result, and needs no answer with an error', async () => {
    const done = gate<{ pages: string[] }>();
    const { runner, published } = openLibrary(() => done.promise);
    const handling = runner.handle([command('1')]);
    await settled();
    await runner.handle([cancel('1')]);
    done.resolve({ pages: [] });
    expect(await handling).toMatchObject([{ status: 'applied', effects: [{ id: '1/answer' }] }]);
    expect(published).toHaveLength(1);

    const giving = openLibrary(async (_, { signal, fail }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return fail({ reason: 'lent' });
    });
    const second = giving.runner.handle([command('1')]);
    await settled();
    await giving.runner.handle([cancel('1')]);
    expect(await second).toMatchObject([{ status: 'applied', effects: [] }]);
    expect(giving.published).toEqual([]);
  });

  it('is settled also when its handler heeds neither signal and its time runs out', async () => {
    const { runner, time } = openLibrary(() => new Promise(() => {}));
    const handling = runner.handle([command('1')], { deadlineAt: time.now() + 10 });
    await settled();
    await runner.handle([cancel('1')]);
    await time.advance(10);
    expect(await handling).toMatchObject([{ status: 'applied', effects: [] }]);
  });

  it('is not begun when the cancel lies in the same batch, in whatever order', async () => {
    let called = 0;
    const { runner } = openLibrary(() => {
      called++;
      return { pages: [] };
    });
    const outcomes = await runner.handle([cancel('1'), command('1'), command('2'), cancel('2')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['applied', 'applied', 'applied', 'applied']);
    expect(called).toBe(0);
  });

  it('may have been taken twice: both are stopped', async () => {
    const { runner } = openLibrary(obedient);
    const both = [runner.handle([command('1')]), runner.handle([command('1')])];
    await settled();
    await runner.handle([cancel('1')]);
    for (const outcomes of await Promise.all(both)) expect(outcomes).toMatchObject([{ status: 'applied' }]);
  });

  it('is called off by its own process and sender only', async () => {
    const { runner } = openLibrary(obedient, { timeout: 60_000 });
    const handling = runner.handle([command('1')]);
    await settled();
    const strangers = await runner.handle([
      cancel('1', { source: '/stranger' }),
      cancel('1', { subject: 'p2' }),
      cancel('2'),
      cancel('1', { causationid: undefined }),
      cancel('1', { type: 'cmd.books.dust.cancel' }),
    ]);
    expect(strangers.map(({ status }) => status)).toEqual(Array(5).fill('unhandled'));
    await runner.handle([cancel('1')]);
    expect(await handling).toMatchObject([{ status: 'applied' }]);
  });

  it('that is not in hand leaves its cancel unhandled, never unknown', async () => {
    const { runner } = openLibrary(undefined, { fleet: { unknown: 'reject' } });
    await runner.handle([command('1')]);
    expect(await runner.handle([cancel('1')])).toMatchObject([
      { status: 'unhandled', reason: expect.stringContaining('not being carried out') },
    ]);
  });
});
