import type { CloudEvent } from '@xorca/core';
import { describe, expect, it } from 'vitest';
import { books, event, notes, openBus } from '../test/support/bus.ts';
import { settled } from '../test/support/virtual-time.ts';

const never = () => new Promise<void>(() => {});

describe('an event failed with retry: false', () => {
  it('is a dead letter at once, with its reason, and holds nobody up', async () => {
    const { bus, time } = await openBus();
    const { calls, handler } = notes((events) => ({
      failed: events
        .filter(({ id }) => id === 'bad')
        .map(({ id }) => ({ id, error: new Error('no such book'), retry: false })),
    }));
    bus.subscribe(books({ handler }));
    await bus.publish(['1', 'bad', '3'].map((id) => event(id)));
    await bus.publish([event('4')]);
    await bus.idle();
    expect(calls.flat()).toEqual(['1', 'bad', '3', '4']);
    expect(time.waits).toEqual([]);
    expect(bus.deadLetters()).toMatchObject([
      { event: { id: 'bad' }, attempts: 1, error: 'no such book', subscription: 'books' },
    ]);
  });

  it('is tried again all the same when it is named a second time without it', async () => {
    const { bus, time } = await openBus({ maxAttempts: 2 });
    const failed = [{ retry: false }, {}, { retry: false }].map((part) => ({
      id: '1',
      error: 'x',
      ...part,
    }));
    const { calls, handler } = notes(() => ({ failed }));
    bus.subscribe(books({ handler }));
    await bus.publish([event('1')]);
    await settled();
    await time.advance(1_000);
    await bus.idle();
    expect(calls).toEqual([['1'], ['1']]);
  });

  it('is each of two with one id', async () => {
    const { bus } = await openBus();
    const { calls, handler } = notes(() => ({ failed: [{ id: '1', error: 'never', retry: false }] }));
    bus.subscribe(books({ handler }));
    await bus.publish([event('1'), event('1')]);
    await bus.idle();
    expect(calls.flat()).toEqual(['1', '1']);
    expect(bus.deadLetters().map(({ event: { id } }) => id)).toEqual(['1', '1']);
  });

  it('is only the one that was meant, of two sources that use one id', async () => {
    const { bus } = await openBus();
    const got: string[][] = [];
    bus.subscribe(
      books({
        handler: async (events: readonly CloudEvent[]) => {
          got.push(events.map(({ source, id }) => source + id));
          const bad = events.find(({ source }) => source === '/b');
          return bad ? { failed: [{ id: bad.id, error: 'never', retry: false }] } : {};
        },
      }),
    );
    await bus.publish([event('0'), ...['/a', '/b', '/c'].map((source) => ({ ...event('1'), source }))]);
    await bus.idle();
    expect(got).toEqual([['/test0', '/a1'], ['/b1'], ['/c1']]);
    expect(bus.deadLetters().map((letter) => letter.event.source)).toEqual(['/b']);
  });
});

describe('a handler that hangs', () => {
  it('holds its subject for timeoutMs, then its events are tried again and its late answer is ignored', async () => {
    const { bus, time } = await openBus();
    const late: (() => void)[] = [];
    const { calls, handler } = notes();
    bus.subscribe(
      books({
        timeoutMs: 5_000,
        handler: async (events) => {
          await handler(events);
          if (calls.length > 1) return {};
          await new Promise<void>((resolve) => late.push(resolve));
          return { publish: [event('late', 'q', 'notif.test')] };
        },
      }),
    );
    const { calls: heard, handler: hear } = notes();
    bus.subscribe({ name: 'observer', types: ['notif.*'], handler: hear });
    await bus.publish([event('1'), event('2')]);
    await settled();
    await bus.publish([event('3')]);
    await time.advance(4_999);
    expect(calls).toEqual([['1', '2']]);
    expect(bus.subscriptions().map(({ waiting }) => waiting)).toEqual([3, 0]);
    await time.advance(1);
    expect(bus.database.prepare('SELECT attempts, error FROM xorca_delivery ORDER BY seq').all()).toEqual([
      [1, expect.stringContaining('5000 ms')],
      [1, expect.stringContaining('timeoutMs')],
      [0, null],
    ]);
    await time.advance(200);
    await bus.idle();
    expect(calls).toEqual([['1', '2'], ['1'], ['2'], ['3']]);
    for (const answer of late) answer();
    await settled();
    await bus.idle();
    expect(heard).toEqual([]);
    expect(time.waits).toEqual([]);
  });

  it('that throws late disturbs nobody', async () => {
    const { bus, time } = await openBus({ maxAttempts: 1 });
    let fail = (_: Error) => {};
    const hang = () =>
      new Promise<void>((_, reject) => {
        fail = reject;
      });
    bus.subscribe(books({ handler: hang, timeoutMs: 10 }));
    await bus.publish([event('1')]);
    await settled();
    await time.advance(10);
    await bus.idle();
    expect(bus.deadLetters()).toMatchObject([
      { event: { id: '1' }, error: expect.stringContaining('10 ms') },
    ]);
    fail(new Error('late'));
    await settled();
  });

  it('keeps a bus from stopping no longer than that', async () => {
    const { bus, time } = await openBus();
    bus.subscribe(books({ handler: never }));
    await bus.publish([event('1')]);
    await settled();
    // 15 minutes, when nothing else was said.
    expect(time.waits).toEqual([900_000]);
    let stopped = false;
    const stop = bus.stop().then(() => {
      stopped = true;
    });
    await time.advance(899_999);
    expect(stopped).toBe(false);
    await time.advance(1);
    await stop;
    expect(time.waits).toEqual([]);
    expect(bus.subscriptions()).toMatchObject([{ waiting: 1 }]);
  });
});

it('a handler in JavaScript may answer without a promise', async () => {
  const { bus } = await openBus();
  let calls = 0;
  const handler = (() => void calls++) as unknown as () => Promise<void>;
  bus.subscribe(books({ handler }));
  await bus.publish([event('1')]);
  await bus.idle();
  expect(calls).toBe(1);
});
