import type { CloudEvent } from '@xorca/core';
import { describe, expect, it } from 'vitest';
import { books, event, notes, quiet, openBus as setup } from '../test/support/bus.ts';
import { child, kill, said } from '../test/support/child.ts';
import { settled } from '../test/support/virtual-time.ts';
import type { LocalBusOptions } from './bus-settings.ts';
import { localBus } from './local-bus.ts';
import type { Subscription } from './subscription.ts';

describe('localBus', () => {
  it('gives an event to each subscription whose types fit, whole and as its own copy', async () => {
    const { bus } = await setup();
    const got: [string, CloudEvent][] = [];
    for (const [name, types] of [
      ['all', ['*']],
      ['books', ['evt.books.*']],
      ['films', ['evt.films.*', 'cmd.x']],
    ] as const) {
      bus.subscribe({ name, types, handler: async ([each]) => void got.push([name, each as CloudEvent]) });
    }
    const sent = {
      ...event('1', 'p', 'evt.books.fetched'),
      data: { text: 'ü\0🦈', n: [1, null] },
      traceparent: 't',
    };
    await bus.publish([sent]);
    await bus.idle();
    expect(got.map(([name]) => name)).toEqual(['all', 'books']);
    for (const [, each] of got) {
      expect(each).toEqual(sent);
      expect(each).not.toBe(sent);
    }
  });

  it('keeps the order of a subject, one batch at a time, however many subjects there are', async () => {
    const { bus } = await setup();
    const seen = new Map<string, number[]>();
    const busy = new Set<string>();
    let most = 0;
    bus.subscribe(
      books({
        concurrency: 3,
        batch: 4,
        handler: async (events) => {
          const subject = events[0]?.subject ?? '';
          expect(events.length).toBeLessThanOrEqual(4);
          expect(busy.has(subject)).toBe(false);
          busy.add(subject);
          most = Math.max(most, busy.size);
          await settled();
          busy.delete(subject);
          seen.set(subject, [...(seen.get(subject) ?? []), ...events.map(({ id }) => Number(id))]);
        },
      }),
    );
    for (let n = 0; n < 200; n += 20) {
      await bus.publish(Array.from({ length: 20 }, (_, k) => event(`${n + k}`, `p${k % 5}`)));
    }
    await bus.idle();
    expect(most).toBe(3);
    expect(seen.size).toBe(5);
    for (const ids of seen.values()) {
      expect(ids).toHaveLength(40);
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
    }
  });

  it('gives what gathered for a subject as one batch, and brings a backlog through that is larger than its memory', async () => {
    const { bus } = await setup();
    const { calls, handler } = notes();
    bus.subscribe(books({ handler, batch: 100 }));
    const ids = Array.from({ length: 500 }, (_, n) => `${n}`);
    await bus.publish(ids.map((id) => event(id)));
    await bus.idle();
    expect(calls.flat()).toEqual(ids);
    expect(calls.length).toBeLessThan(12);
  });

  it('tries a failed event again after a delay that doubles up to its bound, and its subject waits behind it', async () => {
    const { bus, time } = await setup({ maxAttempts: 20 });
    let healthy = false;
    const { calls, handler } = notes((events) => {
      if (events[0]?.subject === 'p' && !healthy) throw new Error('down');
      return undefined;
    });
    bus.subscribe(books({ handler }));
    await bus.publish([event('1')]);
    await bus.publish([event('2'), event('other', 'q')]);
    const delays: number[] = [];
    for (let n = 0; n < 11; n++) {
      await settled();
      expect(time.waits).toHaveLength(1);
      delays.push(time.waits[0] ?? 0);
      await time.advance((time.waits[0] ?? 0) - 1);
      const before = calls.length;
      await time.advance(1);
      expect(calls.length).toBe(before + 1);
    }
    // Half of 200 · 2ⁿ, since the random number is one half; never more than half of 30 s.
    expect(delays).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000, 15_000]);
    expect(calls.flat()).not.toContain('2');
    expect(calls.flat()).toContain('other');
    healthy = true;
    await time.advance(15_000);
    await bus.idle();
    expect(calls.slice(-2)).toEqual([['1'], ['2']]);
    expect(bus.deadLetters()).toEqual([]);
  });

  it('tries only those again that the handler names', async () => {
    const { bus, time } = await setup();
    let tries = 0;
    const { calls, handler } = notes((events) => {
      const bad = events.find(({ id }) => id === '2');
      return bad && tries++ < 2 ? { failed: [{ id: '2', error: new Error('not now') }] } : undefined;
    });
    bus.subscribe(books({ handler }));
    await bus.publish(['1', '2', '3'].map((id) => event(id)));
    await settled();
    await time.advance(1_000);
    await bus.idle();
    expect(calls).toEqual([['1', '2', '3'], ['2'], ['2']]);
  });

  it('takes a batch for failed when its handler names an event that is not in it', async () => {
    const { bus } = await setup({ maxAttempts: 1 });
    bus.subscribe(books({ handler: async () => ({ failed: [{ id: '11', error: 'x' }] }) }));
    await bus.publish([event('1')]);
    await bus.idle();
    expect(bus.deadLetters()).toMatchObject([{ event: { id: '1' }, error: expect.stringContaining('"11"') }]);
  });

  it('gives an event up after maxAttempts and goes on with its subject; one bad event takes no others along', async () => {
    const { bus, time } = await setup({ maxAttempts: 3 });
    const { calls, handler } = notes((events) => {
      if (events.some(({ id }) => id === 'bad')) throw new Error('cannot read \0 this');
      return undefined;
    });
    bus.subscribe(books({ handler }));
    await bus.publish(['1', 'bad', '3'].map((id) => event(id)));
    await settled();
    await time.advance(60_000);
    await bus.idle();
    expect(calls).toEqual([['1', 'bad', '3'], ['1'], ['bad'], ['bad'], ['3']]);
    expect(bus.deadLetters()).toEqual([
      {
        seq: expect.any(Number),
        subscription: 'books',
        event: event('bad'),
        attempts: 3,
        error: 'cannot read \0 this',
        deadAt: expect.any(Number),
      },
    ]);
  });

  it('delivers a dead letter again when it is redriven, with all its attempts', async () => {
    const { bus, time } = await setup({ maxAttempts: 2 });
    let healthy = false;
    const { calls, handler } = notes(() => {
      if (!healthy) throw new Error('down');
      return undefined;
    });
    bus.subscribe(books({ handler }));
    await bus.publish([event('1')]);
    await settled();
    await time.advance(1_000);
    await bus.idle();
    const [letter] = bus.deadLetters();
    expect(await bus.redrive(-1)).toBe(false);
    expect(await bus.redrive(letter?.seq ?? 0)).toBe(true);
    expect(await bus.redrive(letter?.seq ?? 0)).toBe(false);
    await settled();
    expect(time.waits).toHaveLength(1);
    healthy = true;
    await time.advance(1_000);
    await bus.idle();
    expect(calls).toHaveLength(4);
    expect(bus.deadLetters()).toEqual([]);
  });

  it('marks events as done and publishes the answer in one transaction', async () => {
    const { bus, file } = await setup();
    const { calls, handler } = notes();
    bus.subscribe({ name: 'answers', types: ['evt.*'], handler });
    bus.subscribe({
      name: 'service',
      types: ['cmd.*'],
      handler: async ([command]) => ({ publish: [event(`answer to ${command?.id}`)] }),
    });
    const observed: unknown[] = [];
    const { database } = bus;
    const commit = database.commit;
    Object.assign(database, {
      commit: (work: () => unknown, options: object) =>
        commit(() => {
          const result = work();
          observed.push(database.prepare('SELECT subscription FROM xorca_delivery').all().flat());
          return result;
        }, options),
    });
    await bus.publish([event('1', 'p', 'cmd.test')]);
    await bus.idle();
    expect(observed).toEqual([['service'], ['answers'], []]);
    expect(calls).toEqual([['answer to 1']]);
    expect(file).toBe(database.path);
  });

  it('keeps its events when it cannot write the answer, and delivers them again', async () => {
    const { bus, time } = await setup();
    const { commit } = bus.database;
    const { calls, handler } = notes(() => {
      if (calls.length === 1)
        Object.assign(bus.database, { commit: () => Promise.reject(new Error('disk full')) });
      return { publish: [event('answer', 'q', 'notif.test')] };
    });
    bus.subscribe(books({ handler }));
    await bus.publish([event('1')]);
    await settled();
    expect(calls).toEqual([['1']]);
    Object.assign(bus.database, { commit });
    await time.advance(1_000);
    await bus.idle();
    expect(calls).toEqual([['1'], ['1']]);
  });

  it('delivers after a restart what was not acknowledged, in order, and counts the attempts on', async () => {
    const first = await setup();
    first.bus.subscribe(
      books({
        handler: async () => {
          throw new Error('down');
        },
      }),
    );
    await first.bus.publish(['1', '2'].map((id) => event(id)));
    await first.bus.publish(['3', '4'].map((id) => event(id, 'q')));
    await settled();
    await first.bus.close();

    const second = await setup({ maxAttempts: 2 }, first.file);
    const { calls, handler } = notes((events) => {
      if (events.some(({ id }) => id === '1')) throw new Error('still down');
      return undefined;
    });
    second.bus.subscribe(books({ handler }));
    await second.bus.publish([event('5')]);
    await second.bus.idle();
    expect(calls.flat().filter((id) => '125'.includes(id))).toEqual(['1', '2', '5']);
    expect(calls.flat().filter((id) => '34'.includes(id))).toEqual(['3', '4']);
    expect(second.bus.deadLetters()).toMatchObject([{ event: { id: '1' }, attempts: 2 }]);
  });

  it('begins nothing after stop, waits for what is in flight, and keeps what comes for the next start', async () => {
    const { bus, file } = await setup();
    let finish = () => {};
    const { calls, handler } = notes();
    bus.subscribe(
      books({
        handler: async (events) => {
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
          return handler(events);
        },
      }),
    );
    await bus.publish([event('1')]);
    const idle = bus.idle();
    const stop = bus.stop();
    await bus.publish([event('2')]);
    await settled();
    expect(calls).toEqual([]);
    finish();
    await Promise.all([stop, idle]);
    await bus.close();
    expect(calls).toEqual([['1']]);
    const next = await setup({}, file);
    next.bus.subscribe(books({ handler }));
    await next.bus.idle();
    expect(calls).toEqual([['1'], ['2']]);
  });

  it('is not idle while a retry waits', async () => {
    const { bus, time } = await setup();
    let tries = 0;
    const { handler } = notes(() => {
      if (tries++ === 0) throw new Error('once');
      return undefined;
    });
    bus.subscribe(books({ handler }));
    await bus.publish([event('1')]);
    let idle = false;
    const waiting = bus.idle().then(() => {
      idle = true;
    });
    await settled();
    expect(idle).toBe(false);
    await time.advance(1_000);
    await waiting;
  });

  it('refuses an event that is too large, or whose subject is none, and sends the others', async () => {
    const { bus } = await setup({ maxEventBytes: 200 });
    const { calls, handler } = notes();
    bus.subscribe(books({ handler }));
    const large = { ...event('large'), data: 'ü'.repeat(100) };
    await expect(bus.publish([event('1'), large, event('x', '\ud800'), event('2')])).rejects.toMatchObject({
      code: 'XORCA_PUBLISH',
      failed: [
        { id: 'large', retryable: false },
        { id: 'x', retryable: false },
      ],
    });
    await bus.idle();
    expect(calls.flat()).toEqual(['1', '2']);
  });

  it('names all events as not sent when the file does not take them', async () => {
    const { bus } = await setup();
    bus.subscribe(books(quiet));
    Object.assign(bus.database, { commit: () => Promise.reject(new Error('disk full')) });
    await expect(bus.publish([event('1'), event('2')])).rejects.toMatchObject({
      code: 'XORCA_PUBLISH',
      failed: [
        { id: '1', reason: 'disk full', retryable: true },
        { id: '2', reason: 'disk full', retryable: true },
      ],
    });
    await bus.idle();
  });

  it('refuses a second owner, here and in another process, until the first closes or is killed', async () => {
    const { bus, file } = await setup();
    const config = expect.objectContaining({ code: 'XORCA_CONFIG' });
    expect(() => localBus({ path: file })).toThrow(config);
    await bus.close();
    const owner = child('bus-owner.ts', file);
    expect(await said(owner)).toContain('handling');
    expect(() => localBus({ path: file })).toThrow(config);
    await kill(owner);
    const next = await setup({}, file);
    const { calls, handler } = notes();
    next.bus.subscribe(books({ handler }));
    await next.bus.idle();
    expect(calls).toEqual([['1']]);
  }, 20_000);

  it('refuses a name that is taken, a pattern that is none, and options it does not know', async () => {
    const { bus } = await setup();
    bus.subscribe(books(quiet));
    expect(() => bus.subscribe(books(quiet))).toThrow('name');
    expect(() => bus.subscribe(books({ ...quiet, name: 'x', types: [''] }))).toThrow('types');
    expect(() => bus.subscribe({ ...books(quiet), name: 'y', concurency: 1 } as Subscription)).toThrow(
      'concurrency',
    );
    expect(() => localBus({ path: ':memory:', maxAttempt: 1 } as LocalBusOptions)).toThrow('maxAttempts');
  });
});
