import { describe, expect, it } from 'vitest';
import { CommandError, memoryPublisher, PublishError } from '../../src/index.ts';
import { command, gate, openLibrary, pagesOf, settled } from './library.ts';

describe('a fleet', () => {
  it('answers a command with what its handler returned, keeping the subject and naming the command', async () => {
    const { runner, published, time } = openLibrary();
    const asked = command('p1/1', { bookId: 'opticks' }, { subject: 'a process/1', replyto: 'elsewhere' });
    const outcomes = await runner.handle([asked]);
    const answer = {
      specversion: '1.0',
      id: 'p1/1/answer',
      source: '/srvc/books',
      type: 'evt.books.fetch.success',
      subject: 'a process/1',
      time: new Date(time.now()).toISOString(),
      datacontenttype: 'application/json',
      causationid: 'p1/1',
      causationsource: '/orch',
      data: { pages: ['opticks 1', 'opticks 2'] },
    };
    expect(published).toEqual([answer]);
    expect(outcomes).toEqual([{ status: 'applied', event: asked, effects: [answer] }]);
  });

  it('gives the handler the parsed input, the event and the process', async () => {
    const seen: unknown[] = [];
    const { runner } = openLibrary((input, { event, processId, signal, deadlineAt }) => {
      seen.push(input, event.data, processId, signal.aborted, deadlineAt);
      return { pages: [] };
    });
    await runner.handle([command('p1/1')]);
    expect(seen).toEqual([{ bookId: 'opticks', pages: 2 }, { bookId: 'opticks' }, 'p1', false, undefined]);
  });

  it('gives all attempts of a command the same key, and no two commands one', async () => {
    const keys: string[] = [];
    const { runner } = openLibrary((_, { idempotencyKey }) => {
      keys.push(idempotencyKey);
      return { pages: [] };
    });
    await runner.handle([
      command('p1/1', undefined, { commandid: 'p1/1' }),
      command('p1/4', undefined, { commandid: 'p1/1' }),
      command('p1/2'),
      command('p1/1', undefined, { commandid: 'p1/1', source: '/other' }),
    ]);
    expect(keys).toEqual(['/orch p1/1', '/orch p1/1', '/orch p1/2', '/other p1/1']);
  });

  it('carries the trace on, and nothing that is no trace', async () => {
    const { runner, published } = openLibrary();
    const trace = { traceparent: '00-a-b-01', tracestate: 'v=1', other: 'x' };
    await runner.handle([command('1', undefined, trace), command('2', undefined, { traceparent: 7 })]);
    expect(published[0]).toMatchObject({ traceparent: '00-a-b-01', tracestate: 'v=1' });
    expect(published[0]).not.toHaveProperty('other');
    expect(published[1]).not.toHaveProperty('traceparent');
  });

  it('answers a command without input by an event without data', async () => {
    const { runner, published } = openLibrary();
    const asked = { specversion: '1.0', id: '1', type: 'cmd.books.dust', source: '/orch', subject: 'p1' };
    expect((await runner.handle([asked]))[0]?.status).toBe('applied');
    expect(published[0]).toMatchObject({ type: 'evt.books.dust.success' });
    expect(published[0]).not.toHaveProperty('data');
  });

  it('answers with an error what fails by intent, however the handler says so', async () => {
    const foreignCopy = Object.assign(new Error('x'), { code: 'COMMAND_ERROR', data: { reason: 'lent' } });
    for (const thrown of [new CommandError({ reason: 'lent' }), foreignCopy]) {
      const { runner, published } = openLibrary(() => {
        throw thrown;
      });
      expect((await runner.handle([command('1')]))[0]).toMatchObject({ status: 'applied' });
      expect(published[0]).toMatchObject({ type: 'evt.books.fetch.error', data: { reason: 'lent' } });
    }
    const { runner, published } = openLibrary((_, { fail }) => fail({ reason: 'unknown-book' }));
    await runner.handle([command('1')]);
    expect(published[0]).toMatchObject({ id: '1/answer', data: { reason: 'unknown-book' } });
  });

  it('publishes nothing over any other throw, and asks for the command again with the cause', async () => {
    const cause = new TypeError('shelf is undefined');
    const sync = openLibrary(() => {
      throw cause;
    });
    const late = openLibrary(() => Promise.reject(cause));
    const notEvenAnError = openLibrary(() => Promise.reject('no'));
    for (const { runner, published } of [sync, late]) {
      const [outcome] = await runner.handle([command('1')]);
      expect(outcome).toMatchObject({
        status: 'failed',
        effects: [],
        error: { code: 'XORCA_HANDLER', retryable: true, processId: 'p1', cause },
      });
      expect(outcome?.error?.message).toContain('shelf is undefined');
      expect(published).toEqual([]);
    }
    expect((await notEvenAnError.runner.handle([command('1')]))[0]).toMatchObject({
      status: 'failed',
      error: { cause: 'no' },
    });
  });

  it('gives outcomes in the order of the events, and lets a bad one spoil none of its neighbours', async () => {
    const { runner, published } = openLibrary();
    const outcomes = await runner.handle([
      '{"no json',
      JSON.stringify(command('1')),
      { ...command('2'), subject: undefined },
      command('3', { bookId: 7 }),
      command('4'),
      null,
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'rejected',
      'applied',
      'rejected',
      'rejected',
      'applied',
      'rejected',
    ]);
    expect(published.map(({ id }) => id)).toEqual(['1/answer', '4/answer']);
  });

  it('publishes an answer as soon as it is there, not when its neighbours are done', async () => {
    const slow = gate();
    const { runner, published } = openLibrary(async (input, context) => {
      if (input.bookId === 'slow') await slow.promise;
      return pagesOf(input, context);
    });
    const handling = runner.handle([command('1', { bookId: 'slow' }), command('2')]);
    await settled();
    expect(published.map(({ id }) => id)).toEqual(['2/answer']);
    slow.resolve();
    await handling;
    expect(published.map(({ id }) => id)).toEqual(['2/answer', '1/answer']);
  });

  it('carries out commands of one process concurrently, up to its concurrency', async () => {
    let running = 0;
    let most = 0;
    const { runner } = openLibrary(
      async () => {
        most = Math.max(most, ++running);
        await settled();
        running--;
        return { pages: [] };
      },
      { concurrency: 3 },
    );
    await runner.handle(['1', '2', '3', '4', '5', '6', '7'].map((id) => command(id)));
    expect(most).toBe(3);
  });

  it('asks for the command again when its answer was not published, saying why', async () => {
    for (const [thrown, retryable] of [
      [new Error('the bus is away'), true],
      [new PublishError([{ id: '1/answer', reason: 'the bus is away', retryable: true }]), true],
      [new PublishError([{ id: '1/answer', reason: 'the bus is away for good', retryable: false }]), false],
    ] as const) {
      const publisher = { ...memoryPublisher(), publish: () => Promise.reject(thrown) };
      const { runner } = openLibrary(pagesOf, { publisher });
      const [outcome] = await runner.handle([command('1')]);
      expect(outcome).toMatchObject({
        status: 'failed',
        error: { code: 'XORCA_PUBLISH', retryable, processId: 'p1' },
        effects: [],
      });
      expect(outcome?.error?.message).toContain('the bus is away');
    }
  });

  it('does not publish what the handler changes after it has returned', async () => {
    const pages = ['1'];
    const { runner, published } = openLibrary(() => {
      queueMicrotask(() => setTimeout(() => pages.push('late'), 0));
      return { pages };
    });
    await runner.handle([command('1')]);
    await settled();
    await settled();
    expect(pages).toEqual(['1', 'late']);
    expect(published[0]?.data).toEqual({ pages: ['1'] });
  });

  it('wakes to nothing when it remembers nothing', async () => {
    const { runner } = openLibrary();
    expect(runner.isIdempotent).toBe(false);
    expect(await runner.wake()).toEqual({ woken: 0, resent: 0, failed: [], more: false });
  });
});
