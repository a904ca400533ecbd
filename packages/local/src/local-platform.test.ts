import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createRunner, isXorcaError, type Outcome } from '@xorca/core';
import { describe, expect, it } from 'vitest';
import { order, orders, stock } from '../test/support/orders.ts';
import { openPlatform } from '../test/support/platform.ts';
import { closing, tempFolder } from '../test/support/temp-folder.ts';
import { settled } from '../test/support/virtual-time.ts';
import { type AttachOptions, type LocalPlatformOptions, localPlatform } from './local-platform.ts';

const MINUTE = 60_000;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What another program sees in the file at one moment. */
function reader(path: string) {
  const select = closing(new DatabaseSync(path, { readOnly: true })).prepare(
    `SELECT (SELECT count(*) FROM xorca_process) AS records,
      (SELECT count(*) FROM xorca_delivery WHERE event LIKE '%cmd.stock.reserve%') AS commands`,
  );
  return () => ({ ...select.get() });
}

describe('localPlatform', () => {
  it('leads a process with a command, an answer and a timer to its end', async () => {
    const { platform, time, attach } = await openPlatform();
    const outcomes: string[] = [];
    const runner = attach(orders(), {
      onOutcome: ({ status, event }) => outcomes.push(`${event?.type} ${status}`),
    });
    const asked = stock(platform);
    const told: unknown[] = [];
    platform.bus.subscribe({
      name: 'observer',
      types: ['notif.*'],
      handler: async (events) => void told.push(...events.map(({ id, data }) => ({ id, data }))),
    });
    await platform.bus.publish([order('o1', 'orders.placed')]);
    await platform.idle();
    expect(await runner.get('o1')).toMatchObject({ value: 'resting', status: 'active' });
    await time.advance(MINUTE);
    await platform.idle();
    expect(await runner.get('o1')).toMatchObject({ value: 'done', status: 'done', outbox: [], wakeAt: null });
    expect(asked).toEqual(['o1/1']);
    expect(told).toEqual([{ id: 'o1/2', data: { of: 'orders' } }]);
    expect(outcomes).toEqual(['evt.orders.placed applied', 'evt.stock.reserve.success applied']);
  });

  it('goes on with waiting events and timers after it was closed and opened again', async () => {
    const first = await openPlatform();
    first.attach(orders());
    stock(first.platform);
    await first.platform.bus.publish([order('o1', 'orders.placed')]);
    await first.platform.idle();
    await first.platform.bus.stop();
    await first.platform.bus.publish([order('o1', 'order.note', { text: 'fragile' })]);
    await first.platform.close();

    const second = await openPlatform(first);
    const runner = second.attach(orders());
    // Its command comes before anybody has subscribed to it again.
    await second.platform.bus.publish([order('o2', 'orders.placed')]);
    await second.platform.idle();
    const asked = stock(second.platform);
    await second.platform.idle();
    expect(asked).toEqual(['o2/1']);
    expect(await runner.get('o1')).toMatchObject({ value: 'resting', context: { notes: ['fragile'] } });
    expect(await runner.get('o2')).toMatchObject({ value: 'resting' });
    await second.time.advance(MINUTE);
    await second.platform.idle();
    expect((await runner.list({ status: 'done' })).items.map(({ id }) => id)).toEqual(['o1', 'o2']);
  });

  it('fires a timer within pollMs without any hint, also one that ran out while it was closed', async () => {
    const first = await openPlatform();
    const { scheduler: _, ...noScheduler } = first.platform;
    const runner = createRunner(orders(), noScheduler);
    first.platform.attach(runner);
    stock(first.platform);
    await first.time.advance(500);
    await first.platform.bus.publish([order('o1', 'orders.placed')]);
    await first.platform.idle();
    await first.time.advance(MINUTE - 1);
    expect((await runner.get('o1'))?.value).toBe('resting');
    await first.time.advance(1_000);
    expect((await runner.get('o1'))?.value).toBe('done');
    await first.platform.bus.publish([order('o2', 'orders.placed')]);
    await first.platform.idle();
    await first.platform.close();

    await first.time.advance(2 * MINUTE);
    const second = await openPlatform(first);
    const again = second.attach(orders());
    await second.time.advance(0);
    expect((await again.get('o2'))?.value).toBe('done');
  });

  it('fires a timer at its moment when there was a hint', async () => {
    const { platform, time, attach } = await openPlatform({}, { pollMs: 24 * 60 * MINUTE });
    const runner = attach(orders());
    stock(platform);
    await platform.bus.publish([order('o1', 'orders.placed')]);
    await platform.idle();
    await time.advance(MINUTE - 1);
    expect((await runner.get('o1'))?.value).toBe('resting');
    await time.advance(1);
    expect((await runner.get('o1'))?.value).toBe('done');
  });

  it('puts a rejected event aside at once, with its reason, and goes on with its subject', async () => {
    const { platform, time, attach } = await openPlatform();
    const runner = attach(orders(), { types: ['*'] });
    const bad = order('o1', 'stock.reserve.success', { shelf: 7 });
    // Not even readable as an event for a process, so its outcome does not name it.
    const worse = { ...order('o1', 'x'), id: 'worse', type: 'xstate.stop' };
    await platform.bus.publish([
      order('o1', 'orders.placed'),
      bad,
      worse,
      order('o1', 'order.note', { text: 'late' }),
    ]);
    await platform.idle();
    expect(platform.bus.deadLetters()).toMatchObject([
      { event: { id: bad.id }, attempts: 1, error: expect.stringContaining('data.shelf: must be a text') },
      { event: { id: 'worse' }, attempts: 1, error: expect.stringContaining('xstate.') },
    ]);
    expect(await runner.get('o1')).toMatchObject({ value: 'asking', context: { notes: ['late'] } });
    // Only the wake loop waits.
    expect(time.waits).toHaveLength(1);
  });

  it('tries an event over which the machine throws again and again, then gives it up; the process tells why', async () => {
    const { platform, time, attach } = await openPlatform({}, { pollMs: 24 * 60 * MINUTE });
    const runner = attach(orders());
    await time.advance(0);
    await platform.bus.publish([order('o1', 'orders.placed')]);
    await platform.idle();
    await platform.bus.publish([order('o1', 'order.break'), order('o1', 'order.note', { text: 'behind' })]);
    const delays: number[] = [];
    for (let tries = 1; tries < 10; tries++) {
      await settled();
      expect((await runner.get('o1'))?.problem).toMatchObject({
        code: 'XORCA_MACHINE',
        times: tries,
        event: { id: 'o1 order.break' },
      });
      const delay = Math.min(...time.waits);
      delays.push(delay);
      await time.advance(delay);
    }
    await platform.idle();
    expect(delays).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 15_000]);
    expect(platform.bus.deadLetters()).toMatchObject([
      { event: { id: 'o1 order.break' }, attempts: 10, error: expect.stringContaining('out of order') },
    ]);
    expect(await runner.get('o1')).toMatchObject({
      value: 'asking',
      context: { notes: ['behind'] },
      problem: { times: 10, message: expect.stringContaining('out of order') },
    });
  });

  it('writes a record and the events it caused in one transaction', async () => {
    const { platform, attach } = await openPlatform();
    const runner = attach(orders());
    stock(platform);
    await platform.bus.stop();
    const look = reader(platform.path);
    const seen = new Set<string>();
    let handled = false;
    const handling = runner.handle([order('o1', 'orders.placed')]).then(() => {
      handled = true;
    });
    while (!handled) {
      seen.add(JSON.stringify(look()));
      await turn();
    }
    await handling;
    seen.add(JSON.stringify(look()));
    expect([...seen]).toEqual(['{"records":0,"commands":0}', '{"records":1,"commands":1}']);
  });

  it.each(['xorca_process', 'xorca_delivery'])(
    'writes neither when %s does not take its row',
    async (table) => {
      const { platform, attach } = await openPlatform();
      const runner = attach(orders());
      const asked = stock(platform);
      const look = reader(platform.path);
      const other = closing(new DatabaseSync(platform.path));
      other.exec(`CREATE TRIGGER refuse BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'not now'); END`);
      const [failed] = await runner.handle([order('o1', 'orders.placed')]);
      expect(failed).toMatchObject({ status: 'failed', error: { retryable: true } });
      expect(look()).toEqual({ records: 0, commands: 0 });
      other.exec('DROP TRIGGER refuse');
      const [applied] = await runner.handle([order('o1', 'orders.placed')]);
      expect(applied?.status).toBe('applied');
      await platform.idle();
      expect(asked).toEqual(['o1/1']);
    },
  );

  it('refuses a second platform in its folder and says what to do', async () => {
    const { dir, platform } = await openPlatform();
    expect(() => localPlatform({ dir })).toThrow(
      expect.objectContaining({
        code: 'XORCA_CONFIG',
        message: expect.stringMatching(/is open already.*close that one, or name another file/),
      }),
    );
    await platform.close();
    await closing(localPlatform({ dir })).close();
  });

  it('loses nothing when it is closed while work is in flight', async () => {
    const ids = Array.from({ length: 8 }, (_, n) => `o${n}`);
    for (let turns = 0; turns < 24; turns++) {
      const first = await openPlatform();
      first.attach(orders());
      stock(first.platform);
      await first.platform.bus.publish(ids.map((id) => order(id, 'orders.placed')));
      for (let n = 0; n < turns; n++) await turn();
      await first.platform.close();

      const second = await openPlatform(first);
      const runner = second.attach(orders());
      stock(second.platform);
      await second.platform.idle();
      await second.time.advance(MINUTE);
      const { items } = await runner.list();
      expect(items.map(({ id, status }) => `${id} ${status}`)).toEqual(ids.map((id) => `${id} done`));
      expect(second.reports).toEqual([]);
      await second.platform.close();
    }
  });

  it('gives each of two orchestrators its own events and timers', async () => {
    const { platform, time, attach, reports } = await openPlatform();
    const outcomes: string[] = [];
    const note = (name: string) => ({
      onOutcome: ({ event, status }: Outcome) => outcomes.push(`${name}: ${event?.id} ${status}`),
    });
    const runners = [attach(orders('books'), note('books')), attach(orders('films'), note('films'))];
    expect(() => attach(orders('films'))).toThrow(expect.objectContaining({ code: 'XORCA_CONFIG' }));
    stock(platform);
    await platform.bus.publish([order('b', 'books.placed'), order('f', 'films.placed')]);
    await platform.idle();
    await time.advance(MINUTE);
    const ended = await Promise.all(
      runners.map((runner) => runner.list({ orchestrator: runner.orchestrator.name, status: 'done' })),
    );
    expect(ended.map(({ items }) => items.map(({ id }) => id))).toEqual([['b'], ['f']]);
    expect(outcomes).toContain('books: b/1/answer applied');
    expect(outcomes).toContain('films: b/1/answer foreign');
    expect(outcomes).toContain('films: f/1/answer applied');
    expect(platform.bus.deadLetters()).toEqual([]);
    expect(reports).toEqual([]);
  });

  it('reports a failure of onOutcome and goes on', async () => {
    const { platform, attach, reports } = await openPlatform();
    const onOutcome = () => {
      throw new Error('the screen is gone');
    };
    const runner = attach(orders(), { onOutcome });
    await platform.bus.publish([order('o1', 'orders.placed')]);
    await platform.idle();
    expect((await runner.get('o1'))?.value).toBe('asking');
    expect(reports).toEqual([expect.stringContaining('the screen is gone')]);
  });

  it('goes on after the file was held by somebody else for a while, and reports it', async () => {
    const { platform, time, attach, reports } = await openPlatform();
    const runner = attach(orders(), { runner: { random: () => 0 } });
    stock(platform);
    await platform.bus.publish([order('o1', 'orders.placed')]);
    await platform.idle();
    platform.bus.database.prepare('PRAGMA busy_timeout = 1').get();
    const other = closing(new DatabaseSync(platform.path));
    other.prepare('BEGIN IMMEDIATE').run();
    await time.advance(MINUTE);
    while (reports.length === 0) await turn();
    expect(reports).toEqual([expect.stringContaining('"o1" could not be woken (XORCA_UNAVAILABLE)')]);
    expect((await runner.get('o1'))?.value).toBe('resting');
    other.prepare('ROLLBACK').run();
    // A process that could not be moved is left alone for a minute.
    await time.advance(MINUTE + 1_000);
    expect((await runner.get('o1'))?.value).toBe('done');
  });

  it('refuses options it does not know, with the nearest name, and values that make no sense', async () => {
    const dir = await tempFolder();
    const open = (options: object) => localPlatform({ dir, ...options } as LocalPlatformOptions);
    expect(() => open({ polMs: 5 })).toThrow('Did you mean "pollMs"?');
    expect(() => open({ pollMs: 0 })).toThrow('pollMs must be a whole number');
    expect(() => open({ dir: '' })).toThrow('dir');
    const { attach } = await openPlatform();
    expect(() => attach(orders(), { typs: ['*'] } as AttachOptions)).toThrow('Did you mean "types"?');
    attach(orders());
  });

  it('says XORCA_CONFIG for a folder that cannot be made or written', async () => {
    const file = join(await tempFolder(), 'file');
    await writeFile(file, '');
    for (const dir of [file, join(file, 'x')]) {
      try {
        localPlatform({ dir });
        expect.unreachable();
      } catch (error) {
        expect(isXorcaError(error, 'XORCA_CONFIG')).toBe(true);
        expect(error).toMatchObject({ message: expect.stringContaining(dir) });
      }
    }
  });
});
