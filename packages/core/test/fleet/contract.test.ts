import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createFleet,
  createFleetRunner,
  defineCommand,
  memoryPublisher,
  onCommand,
} from '../../src/index.ts';
import { command, type Fetch, openLibrary, pagesOf } from './library.ts';

const returning = (output: unknown) => (() => output) as Fetch;
const throwing = (error: unknown) =>
  (() => {
    throw error;
  }) as Fetch;

describe('the contract of a command', () => {
  it('keeps bad input from the handler, for the dead letters, and names the field', async () => {
    let called = 0;
    const { runner, published } = openLibrary(() => {
      called++;
      return { pages: [] };
    });
    const outcomes = await runner.handle([
      command('1', { bookId: 7 }),
      command('2', undefined, { data: undefined }),
    ]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', error: { code: 'XORCA_INVALID_EVENT' } });
    }
    expect(outcomes[0]?.error?.message).toContain('data.bookId');
    expect(called).toBe(0);
    expect(published).toEqual([]);
  });

  it('sends out what the handler returned, not what the schema makes of it', async () => {
    const { runner, published } = openLibrary(() => ({ pages: ['1'], words: '300' }));
    await runner.handle([command('1')]);
    expect(published[0]?.data).toEqual({ pages: ['1'], words: '300' });
  });

  it.each([
    ['a wrong type', { pages: 'all of them' }, 'data.pages'],
    ['a schema’s output in place of its input', { pages: [], words: 300 }, 'data.words'],
    ['nothing', undefined, 'data'],
    ['a Date', { pages: [new Date(0)] }, 'data.pages[0] is a Date'],
    ['a Map', { pages: new Map() }, 'data.pages is a Map'],
    ['a BigInt', { pages: [1n] }, 'data.pages[0] is a bigint'],
  ])('lets no answer with %s out, and asks for the command again', async (_, output, message) => {
    const { runner, published } = openLibrary(returning(output));
    const [outcome] = await runner.handle([command('1')]);
    expect(outcome).toMatchObject({
      status: 'failed',
      effects: [],
      error: { code: 'XORCA_CONTRACT', retryable: true, processId: 'p1' },
    });
    expect(outcome?.error?.message).toContain(message);
    expect(outcome?.error?.message).toContain('cmd.books.fetch');
    expect(published).toEqual([]);
  });

  it('lets no circular answer out', async () => {
    const pages: unknown[] = [];
    pages.push(pages);
    const { runner } = openLibrary(returning({ pages }));
    expect((await runner.handle([command('1')]))[0]).toMatchObject({
      status: 'failed',
      error: { code: 'XORCA_CONTRACT' },
    });
  });

  it('holds the data of an error too', async () => {
    const broken = { code: 'COMMAND_ERROR', data: { reason: 'eaten' } };
    const { runner, published } = openLibrary(throwing(broken));
    const [outcome] = await runner.handle([command('1')]);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'XORCA_CONTRACT' } });
    expect(outcome?.error?.message).toContain('data.reason');
    expect(published).toEqual([]);
  });

  it('lets any plain data pass as the error of a contract that names none', async () => {
    const free = defineCommand('cmd.free', { input: z.unknown(), output: z.unknown() });
    const publisher = memoryPublisher();
    const handler = onCommand(free, (input, { fail }) => fail({ anything: input }));
    const runner = createFleetRunner(createFleet({ source: '/free', handlers: [handler] }), { publisher });
    await runner.handle([command('1', 'x', { type: 'cmd.free' })]);
    expect(publisher.published[0]).toMatchObject({ type: 'evt.free.error', data: { anything: 'x' } });
  });

  it('takes schemas that need time, and fails over one that throws', async () => {
    const later = z.string().refine(async (text) => text !== 'bad');
    const ask = defineCommand('cmd.ask', { input: later, output: later });
    const publisher = memoryPublisher();
    const fleet = createFleet({ source: '/ask', handlers: [onCommand(ask, (input) => input)] });
    const runner = createFleetRunner(fleet, { publisher });
    const outcomes = await runner.handle(
      ['good', 'bad'].map((data) => command(data, data, { type: 'cmd.ask' })),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['applied', 'rejected']);

    const thrower = z.string().transform(() => {
      throw new Error('the schema is out of order');
    });
    const odd = defineCommand('cmd.odd', { input: thrower, output: z.unknown() });
    const oddFleet = createFleet({ source: '/odd', handlers: [onCommand(odd, () => 1)] });
    const [outcome] = await createFleetRunner(oddFleet, { publisher }).handle([
      command('1', 'x', { type: 'cmd.odd' }),
    ]);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'XORCA_CONTRACT' } });
    expect(outcome?.error?.message).toContain('out of order');
  });

  it('lets no answer out that is larger than the publisher takes', async () => {
    const publisher = { ...memoryPublisher(), maxEventBytes: 1_000 };
    const { runner, published } = openLibrary(({ bookId }) => ({ pages: [bookId.repeat(300)] }), {
      publisher,
    });
    const outcomes = await runner.handle([command('1', { bookId: 'four' }), command('2', { bookId: 'o' })]);
    expect(outcomes).toMatchObject([
      { status: 'failed', error: { code: 'XORCA_EVENT_TOO_LARGE' } },
      { status: 'applied' },
    ]);
    expect(published).toHaveLength(1);
  });

  it('rejects a command larger than the runner takes', async () => {
    const { runner } = openLibrary(pagesOf, { maxEventBytes: 100 });
    const [outcome] = await runner.handle([command('1', { bookId: 'o'.repeat(200) })]);
    expect(outcome).toMatchObject({ status: 'rejected', error: { code: 'XORCA_INVALID_EVENT' } });
  });
});
