import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createFleet,
  createFleetRunner,
  createOrchestrator,
  defineCommand,
  type FleetOptions,
  type FleetRunnerOptions,
  memoryPublisher,
  memoryStore,
  onCommand,
} from '../../src/index.ts';
import { command, dust, fetchBook, openLibrary, pagesOf } from './library.ts';

const handler = onCommand(fetchBook, pagesOf);
const make = (options: object) => () =>
  createFleet({ source: '/srvc/books', handlers: [handler], ...options } as FleetOptions);
const run = (options: object, platform: object = { publisher: memoryPublisher() }) => {
  return () => createFleetRunner(make({})(), platform as never, options as FleetRunnerOptions);
};

describe('createFleet', () => {
  it('knows its commands and what calls them off', () => {
    const fleet = make({ handlers: [handler, onCommand(dust, () => undefined)] })();
    expect(fleet).toMatchObject({
      name: '/srvc/books',
      types: ['cmd.books.fetch', 'cmd.books.dust'],
      cancels: ['cmd.books.fetch.cancel', 'cmd.books.dust.cancel'],
    });
  });

  it.each<[string, object, string]>([
    ['an unknown option', { sorce: '/x' }, 'Did you mean "source"?'],
    ['no source', { source: undefined }, 'needs a source'],
    ['an empty source', { source: '' }, 'needs a source'],
    ['a source with a line break', { source: '/a\n/b' }, 'needs a source'],
    ['an empty name', { name: '' }, 'name'],
    ['no handlers', { handlers: [] }, 'onCommand'],
    ['handlers that are no list', { handlers: handler }, 'onCommand'],
    ['a handler that is none', { handlers: [pagesOf] }, 'defineCommand'],
    [
      'two handlers for a command',
      { handlers: [handler, handler] },
      'two handlers that take cmd.books.fetch',
    ],
    ['a wrong word for unknown commands', { unknown: 'drop' }, "'skip' or 'reject'"],
  ])('refuses %s', (_, options, message) => {
    expect(make(options)).toThrow(expect.objectContaining({ code: 'XORCA_CONFIG' }));
    expect(make(options)).toThrow(message);
  });

  it('refuses a command whose type is what calls another off', () => {
    const shape = { input: z.unknown(), output: z.unknown() };
    const confusing = onCommand(defineCommand('cmd.books.fetch.cancel', shape), () => 1);
    expect(make({ handlers: [handler, confusing] })).toThrow('cmd.books.fetch.cancel');
  });
});

describe('onCommand', () => {
  it.each<[string, unknown, unknown]>([
    ['no contract', undefined, pagesOf],
    ['an event’s contract', { type: 'evt.a', data: z.unknown() }, pagesOf],
    ['a contract without schemas', { ...fetchBook, input: {} }, pagesOf],
    ['no function', fetchBook, undefined],
  ])('refuses %s', (_, contract, carryOut) => {
    expect(() => onCommand(contract as never, carryOut as never)).toThrow(
      expect.objectContaining({ code: 'XORCA_CONFIG' }),
    );
  });
});

describe('createFleetRunner', () => {
  it.each<[string, object, string]>([
    ['an unknown option', { idempotent: true }, 'Did you mean "idempotency"?'],
    ['a concurrency of none', { concurrency: 0 }, 'concurrency'],
    ['a timeout that is no span', { timeout: 'soon' }, 'timeout'],
    ['a keep that is no span', { idempotency: { store: memoryStore(), keep: 'long' } }, 'idempotency.keep'],
    ['a misspelt part', { idempotency: { store: memoryStore(), kep: '1d' } }, 'Did you mean "keep"?'],
    ['no store', { idempotency: {} }, 'idempotency.store'],
    [
      'a store that deletes nothing',
      { idempotency: { store: { ...memoryStore(), delete: undefined } } },
      'delete',
    ],
  ])('refuses %s', (_, options, message) => {
    expect(run(options)).toThrow(expect.objectContaining({ code: 'XORCA_CONFIG' }));
    expect(run(options)).toThrow(message);
  });

  it('refuses a platform without a publisher, and what is no fleet', () => {
    expect(run({}, {})).toThrow('publisher');
    const orchestrator = createOrchestrator as unknown as never;
    expect(() => createFleetRunner(orchestrator, { publisher: memoryPublisher() })).toThrow('createFleet');
  });
});

describe('a command nobody knows', () => {
  const stray = [command('1', {}, { type: 'cmd.boks.fetch' }), command('2', {}, { type: 'toString' })];

  it('is skipped by default, with a reason', async () => {
    const { runner, published } = openLibrary();
    const outcomes = await runner.handle(stray);
    expect(outcomes).toMatchObject([{ status: 'unhandled' }, { status: 'unhandled' }]);
    expect(outcomes[0]?.reason).toContain('cmd.boks.fetch is no command of library');
    expect(published).toEqual([]);
  });

  it('is rejected where the fleet says so, naming the nearest command', async () => {
    const { runner } = openLibrary(pagesOf, { fleet: { unknown: 'reject' } });
    const outcomes = await runner.handle(stray);
    expect(outcomes[0]).toMatchObject({ status: 'rejected', error: { code: 'XORCA_INVALID_EVENT' } });
    expect(outcomes[0]?.error?.message).toContain('Did you mean "cmd.books.fetch"?');
    expect(outcomes[1]).toMatchObject({ status: 'rejected' });
  });
});
