import { createOrchestrator, memoryPublisher, memoryStore, type ProcessStore } from '@xorca/core';
import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { letters, lettersWorld, shouters, shouting } from '../../../core/test/support/letters.ts';
import { cronEvent } from '../../test/support/lambda-events.ts';
import { wakeHandler } from './wake-handler.ts';

const many = (count: number) => Array.from({ length: count }, (_, n) => `p${n}`);

async function world(ids: readonly string[], runner: { wakeLimit?: number; concurrency?: number } = {}) {
  const parts = lettersWorld();
  const handler = wakeHandler(letters, parts.platform, { ...parts.options, runner });
  for (const id of ids) await handler.runner.start({ id });
  parts.time.ms += 60_000;
  const resting = async () => {
    const states = await Promise.all(ids.map(async (id) => (await handler.runner.get(id))?.value));
    return states.filter((state) => state === 'Resting').length;
  };
  return { log: parts.log, time: parts.time, trouble: parts.trouble, handler, resting };
}

describe.each([
  ['a rule with a schedule', cronEvent()],
  ['a scheduler', { xorca: 'wake' }],
])('wakeHandler, invoked by %s', (_, event) => {
  it('wakes until nothing is due, and says what it did', async () => {
    const { handler, resting } = await world(many(23), { wakeLimit: 5 });
    expect(await handler(event)).toEqual({ woken: 23, resent: 0, failed: 0, more: false });
    expect(await resting()).toBe(23);
    expect(await handler(event)).toEqual({ woken: 0, resent: 0, failed: 0, more: false });
  });

  it('stops when its time is over, and says that there is more', async () => {
    const { handler, resting, time, trouble } = await world(many(30), { wakeLimit: 5, concurrency: 1 });
    trouble.loadMs = 1_000;
    const endAt = time.ms + 12_000;
    const counts = await handler(event, { getRemainingTimeInMillis: () => endAt - time.ms });
    trouble.loadMs = 0;
    expect(counts).toMatchObject({ failed: 0, more: true });
    const moved = await resting();
    expect(moved).toBeGreaterThan(0);
    expect(moved).toBeLessThan(30);
    await handler(event);
    expect(await resting()).toBe(30);
  });

  it('begins nothing without time', async () => {
    const { handler, resting } = await world(many(3));
    const counts = await handler(event, { getRemainingTimeInMillis: () => 0 });
    expect(counts).toEqual({ woken: 0, resent: 0, failed: 0, more: true });
    expect(await resting()).toBe(0);
  });

  it('logs processes that could not be woken and wakes the others: the index names them again', async () => {
    const { handler, resting, trouble, log } = await world(many(12), { wakeLimit: 4 });
    trouble.away = 'p3';
    expect(await handler(event)).toEqual({ woken: 11, resent: 0, failed: 1, more: false });
    expect(log).toMatchObject([
      { level: 'warn', code: 'XORCA_UNAVAILABLE', processId: 'p3', trigger: 'wake' },
    ]);
    trouble.away = undefined;
    expect(await resting()).toBe(11);
  });

  it('throws when the store cannot be asked at all', async () => {
    const { handler, trouble } = await world(many(2));
    trouble.away = '*';
    await expect(handler(event)).rejects.toMatchObject({ code: 'XORCA_UNAVAILABLE' });
  });

  it('has a fleet forget its answers', async () => {
    const { platform, options, time } = lettersWorld();
    const { fleet, shouted } = shouters();
    const runner = { idempotency: { store: memoryStore(), keep: '1h' as const } };
    const handler = wakeHandler(fleet, platform, { ...options, runner });
    const command = shouting('p', 'a');
    await handler.runner.handle([command]);
    expect(await handler(event)).toMatchObject({ woken: 0 });
    time.ms += 3_600_001;
    expect(await handler(event)).toEqual({ woken: 1, resent: 0, failed: 0, more: false });
    await handler.runner.handle([command]);
    expect(shouted).toEqual(['a', 'a']);
  });
});

describe('wakeHandler, invoked for one process', () => {
  it('wakes that one', async () => {
    const { handler, resting } = await world(['p', 'q']);
    expect(await handler({ xorca: 'wake', id: 'p', at: 1 })).toBeUndefined();
    expect(await resting()).toBe(1);
    expect(await handler({ xorca: 'wake', id: 'nobody', at: 1 })).toBeUndefined();
  });

  it('throws when it could not be woken, so that Lambda tries again', async () => {
    const { handler, trouble } = await world(['p']);
    trouble.away = 'p';
    await expect(handler({ xorca: 'wake', id: 'p', at: 1 })).rejects.toMatchObject({
      code: 'XORCA_UNAVAILABLE',
      processId: 'p',
      message: expect.stringMatching(/^A delivery for process "p" from a scheduler was not taken/),
    });
  });

  it('throws over an id that names no process', async () => {
    const { handler } = await world([]);
    await expect(handler({ xorca: 'wake', id: 7 })).rejects.toMatchObject({ code: 'XORCA_INVALID_ID' });
  });
});

it('does not go round for ever where something is due again at once, or cannot be moved', async () => {
  const machine = setup({}).createMachine({
    initial: 'A',
    states: { A: { after: { 0: 'B' } }, B: { after: { 0: 'A' } } },
  });
  const restless = createOrchestrator({ name: 'restless', machines: { '1': machine } });
  const inner = memoryStore();
  let asked = 0;
  const store: ProcessStore = {
    ...inner,
    due: (now, limit) => {
      asked++;
      return inner.due(now, limit);
    },
  };
  const platform = { store, publisher: memoryPublisher(), clock: { now: () => 1_767_225_600_000 } };
  const handler = wakeHandler(restless, platform, { log: () => {}, runner: { wakeLimit: 1 } });
  await handler.runner.start({ id: 'p' });
  expect(await handler({ xorca: 'wake' })).toMatchObject({ more: true });
  expect(asked).toBe(300);

  // A record of another orchestrator is due for ever here.
  const other = createOrchestrator({ name: 'other', machines: { '1': machine } });
  const elsewhere = wakeHandler(other, platform, { log: () => {}, runner: { wakeLimit: 1 } });
  asked = 0;
  expect(await elsewhere({ xorca: 'wake' })).toEqual({ woken: 0, resent: 0, failed: 0, more: false });
  expect(asked).toBeLessThan(4);
});
