import {
  type CommandFunction,
  createCloudEvent,
  createFleet,
  createFleetRunner,
  defineCommand,
  type FleetRunnerOptions,
  onCommand,
  type StandardSchema,
} from '@xorca/core';
import { describe, expect, it } from 'vitest';
import type { AttachOptions } from '../src/local-platform.ts';
import { type OpenPlatform, openPlatform } from './support/platform.ts';
import { settled } from './support/virtual-time.ts';

const DAY = 86_400_000;
const reserve = defineCommand('cmd.stock.reserve', { input: withText('of'), output: withText('shelf') });

function withText<Field extends string>(field: Field): StandardSchema<Readonly<Record<Field, string>>> {
  const fits = (value: unknown): value is Record<Field, string> =>
    typeof (value as Record<string, unknown> | undefined)?.[field] === 'string';
  const issues = [{ message: 'must be a text', path: [field] }];
  const validate = (value: unknown) => (fits(value) ? { value } : { issues });
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

interface Opened {
  readonly open: OpenPlatform;
  readonly options?: FleetRunnerOptions;
  readonly attach?: AttachOptions;
}

/** A stock on the bus, and an observer of its answers. */
function stock(carryOut: CommandFunction<typeof reserve>, { open, options = {}, attach = {} }: Opened) {
  const { platform, time } = open;
  const fleet = createFleet({ name: 'stock', source: '/stock', handlers: [onCommand(reserve, carryOut)] });
  const runner = createFleetRunner(
    fleet,
    { publisher: platform.publisher, clock: time, timers: time },
    options,
  );
  const heard: unknown[] = [];
  platform.bus.subscribe({
    name: 'observer',
    types: ['evt.stock.*'],
    handler: async (events) => void heard.push(...events),
  });
  const outcomes: string[] = [];
  platform.attach(runner, {
    onOutcome: ({ status, event }) => outcomes.push(`${event?.id} ${status}`),
    ...attach,
  });
  return { runner, heard, outcomes };
}

const command = (id: string, data: unknown = { of: 'tea' }, type: string = reserve.type) =>
  createCloudEvent({ id, type, source: '/orch', subject: 'o1', data });
const cancel = (id: string) =>
  createCloudEvent({
    id: `${id} off`,
    type: reserve.cancel,
    source: '/orch',
    subject: 'o1',
    causationid: id,
  });

describe('a fleet on the local platform', () => {
  it('gets its commands from the bus, and its answers are on the bus', async () => {
    const open = await openPlatform();
    const { heard, outcomes } = stock(({ of }) => ({ shelf: `${of} 1` }), { open });
    await open.platform.bus.publish([command('1'), command('2', {}, 'cmd.other.thing')]);
    await open.platform.idle();
    expect(heard).toMatchObject([
      { id: '1/answer', type: 'evt.stock.reserve.success', subject: 'o1', data: { shelf: 'tea 1' } },
    ]);
    expect(outcomes).toEqual(['1 applied']);
    expect(open.platform.bus.deadLetters()).toEqual([]);
  });

  it('tries a command again over which its handler threw, and puts bad input aside at once', async () => {
    const open = await openPlatform();
    let times = 0;
    const { heard } = stock(
      () => {
        if (++times < 3) throw new Error('the stock is closed');
        return { shelf: 'A1' };
      },
      { open },
    );
    await open.platform.bus.publish([command('1', { of: 7 }), command('2')]);
    await settled();
    for (let n = 0; n < 3; n++) await open.time.advance(60_000);
    await open.platform.idle();
    expect(times).toBe(3);
    expect(heard).toMatchObject([{ id: '2/answer' }]);
    expect(open.platform.bus.deadLetters()).toMatchObject([
      { event: { id: '1' }, error: expect.stringContaining('data.of') },
    ]);
  });

  it('hears of a cancel while it is still at work on the command', async () => {
    const open = await openPlatform();
    const { heard, outcomes } = stock(
      (_, { signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      { open },
    );
    await open.platform.bus.publish([command('1')]);
    await settled();
    await open.platform.bus.publish([cancel('1')]);
    await open.platform.idle();
    expect(outcomes.sort()).toEqual(['1 applied', '1 off applied']);
    expect(heard).toEqual([]);
  });

  it('carries a quick command out while a slow one of the same process is under way', async () => {
    const open = await openPlatform();
    let finish = () => {};
    const { heard } = stock(
      ({ of }) =>
        of === 'slow'
          ? new Promise((resolve) => {
              finish = () => resolve({ shelf: 'far away' });
            })
          : { shelf: 'near' },
      { open },
    );
    await open.platform.bus.publish([command('1', { of: 'slow' })]);
    await settled();
    await open.platform.bus.publish([command('2', { of: 'quick' })]);
    await settled();
    expect(heard).toMatchObject([{ id: '2/answer' }]);
    finish();
    await open.platform.idle();
    expect(heard).toMatchObject([{ id: '2/answer' }, { id: '1/answer' }]);
  });

  it('takes the types it is told, and is woken only if it remembers', async () => {
    const open = await openPlatform();
    const { outcomes } = stock(() => ({ shelf: 'A1' }), {
      open,
      attach: { types: ['cmd.stock.*', 'cmd.more'] },
    });
    await open.platform.bus.publish([command('1'), command('2', {}, 'cmd.more')]);
    await open.platform.idle();
    expect(outcomes.sort()).toEqual(['1 applied', '2 unhandled']);
    expect(open.time.waits).toEqual([]);
  });
});

describe('a fleet that remembers its answers in the SQLite file', () => {
  it('answers a command that comes again with the same answer, also after a restart', async () => {
    const first = await openPlatform();
    let times = 0;
    const answer = () => ({ shelf: `shelf ${++times}` });
    const idempotency = { store: first.platform.store };
    const before = stock(answer, { open: first, options: { idempotency } });
    await first.platform.bus.publish([command('1')]);
    await first.platform.idle();
    await first.time.advance(5_000);
    await first.platform.close();

    const second = await openPlatform(first);
    const after = stock(answer, { open: second, options: { idempotency: { store: second.platform.store } } });
    await second.platform.bus.publish([command('1')]);
    await second.platform.idle();
    expect(times).toBe(1);
    expect(after.outcomes).toEqual(['1 duplicate']);
    expect(after.heard).toEqual(before.heard);
    expect(after.heard).toMatchObject([{ data: { shelf: 'shelf 1' } }]);
  });

  it('stores an answer and queues it in one transaction', async () => {
    const open = await openPlatform();
    const { store, bus } = open.platform;
    const refusing = { ...bus, publish: () => Promise.reject(new Error('never asked')) };
    const fleet = createFleet({ source: '/stock', handlers: [onCommand(reserve, () => ({ shelf: 'A1' }))] });
    const heard: unknown[] = [];
    bus.subscribe({
      name: 'observer',
      types: ['evt.*'],
      handler: async (events) => void heard.push(...events),
    });
    const carried = { ...store, carries: refusing };
    const runner = createFleetRunner(fleet, { publisher: refusing }, { idempotency: { store: carried } });
    expect(await runner.handle([command('1')])).toMatchObject([{ status: 'applied' }]);
    await open.platform.idle();
    expect(heard).toMatchObject([{ id: '1/answer' }]);
  });

  it('stores no answer that the bus refuses', async () => {
    const open = await openPlatform();
    const { heard } = stock(() => ({ shelf: 'x'.repeat(2_000_000) }), {
      open,
      options: { idempotency: { store: open.platform.store } },
    });
    await open.platform.bus.publish([command('1')]);
    await settled();
    expect((await open.platform.store.list({})).items).toEqual([]);
    expect(heard).toEqual([]);
  });

  it('forgets them in time', async () => {
    const open = await openPlatform({}, { pollMs: DAY });
    const { store } = open.platform;
    stock(() => ({ shelf: 'A1' }), { open, options: { idempotency: { store, keep: '2d' } } });
    await open.platform.bus.publish([command('1')]);
    await open.platform.idle();
    expect((await store.list({ orchestrator: 'fleet:stock' })).items).toHaveLength(1);
    await open.time.advance(3 * DAY);
    expect((await store.list({})).items).toEqual([]);
  });

  it('gives one answer when several runners race for one command', async () => {
    const open = await openPlatform();
    const { store } = open.platform;
    const published: unknown[] = [];
    const publisher = { publish: async (events: readonly unknown[]) => void published.push(...events) };
    let times = 0;
    const answer = onCommand(reserve, async () => {
      await settled();
      return { shelf: `shelf ${++times}` };
    });
    const fleet = createFleet({ source: '/stock', handlers: [answer] });
    const runners = Array.from({ length: 5 }, () =>
      createFleetRunner(fleet, { publisher, clock: open.time }, { idempotency: { store } }),
    );
    const outcomes = await Promise.all(runners.map((runner) => runner.handle([command('1')])));
    const statuses = outcomes.flat().map(({ status }) => status);
    expect(statuses.sort()).toEqual(['applied', 'duplicate', 'duplicate', 'duplicate', 'duplicate']);
    expect(times).toBe(5);
    expect(published).toHaveLength(5);
    expect(new Set(published.map((event) => JSON.stringify(event))).size).toBe(1);
  });
});
