import type { WakeResult } from '@xorca/core';
import { XorcaError } from '@xorca/core';
import { describe, expect, it } from 'vitest';
import { settled, virtualTime } from '../test/support/virtual-time.ts';
import { loopScheduler, wakeLoop } from './wake-loop.ts';

const NOTHING: WakeResult = { woken: 0, resent: 0, failed: [], more: false };

function start(wake: () => Promise<WakeResult> | WakeResult) {
  const time = virtualTime();
  const began = time.now();
  const wakes: number[] = [];
  const reports: string[] = [];
  const runner = {
    wake: async () => {
      wakes.push(time.now() - began);
      return wake();
    },
  };
  const loop = wakeLoop(runner, {
    timers: time,
    now: time.now,
    pollMs: 1_000,
    report: (message) => reports.push(message),
  });
  return { time, began, wakes, reports, loop };
}

describe('wakeLoop', () => {
  it('wakes at once and at every poll', async () => {
    const { time, wakes } = start(() => NOTHING);
    await time.advance(3_500);
    expect(wakes).toEqual([0, 1_000, 2_000, 3_000]);
  });

  it('wakes when a hint says so, once for many hints of one moment, and polls on from there', async () => {
    const { time, began, wakes, loop } = start(() => NOTHING);
    await time.advance(0);
    const scheduler = loopScheduler([loop]);
    for (const at of [300, 200, 200, 5_000]) await scheduler.wake('p', began + at);
    await time.advance(1_200);
    expect(wakes).toEqual([0, 200, 300]);
    await scheduler.wake('p', began - 5);
    await time.advance(1_000);
    expect(wakes).toEqual([0, 200, 300, 1_200, 2_200]);
  });

  it('remembers hints for after the next polls, whatever their order', async () => {
    const { time, began, wakes, loop } = start(() => NOTHING);
    for (const at of [2_345, 1_200, 2_341, 1_200]) loop.hint(began + at);
    await time.advance(4_000);
    // To the next ten milliseconds, never before.
    expect(wakes).toEqual([0, 1_000, 1_200, 2_200, 2_350, 3_350]);
  });

  it('sets no timer that would overflow for a hint of a far day', async () => {
    const { time, began, loop } = start(() => {
      loop.hint(began + 1e12);
      return NOTHING;
    });
    await time.advance(0);
    expect(time.waits).toEqual([1_000]);
  });

  it('goes on at once while more is due, but not when nothing could be moved', async () => {
    const results: WakeResult[] = [
      { ...NOTHING, woken: 5, more: true },
      { ...NOTHING, woken: 1, more: true },
      { ...NOTHING, more: true },
    ];
    const { time, wakes } = start(() => results.shift() ?? NOTHING);
    await time.advance(999);
    expect(wakes).toEqual([0, 0, 0]);
  });

  it('looks again at once when a hint came due while it was looking', async () => {
    let finish = () => {};
    const { time, began, wakes, loop } = start(async () => {
      if (wakes.length === 1) {
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
      }
      return NOTHING;
    });
    await time.advance(0);
    loop.hint(began + 100);
    await time.advance(150);
    expect(wakes).toEqual([0]);
    finish();
    await settled();
    await time.advance(0);
    expect(wakes).toEqual([0, 150]);
  });

  it('reports what goes wrong and goes on', async () => {
    const error = new XorcaError('XORCA_CORRUPT_RECORD', 'no JSON');
    const { time, wakes, reports } = start(() => {
      if (wakes.length === 1) throw new Error('the disk is away');
      return wakes.length === 2 ? { ...NOTHING, failed: [{ id: 'p', error }] } : NOTHING;
    });
    await time.advance(2_000);
    expect(wakes).toEqual([0, 1_000, 2_000]);
    expect(reports).toEqual([
      expect.stringContaining('the disk is away'),
      expect.stringContaining('"p" could not be woken (XORCA_CORRUPT_RECORD): no JSON'),
    ]);
  });

  it('stops when the wake under way is over, and begins no other', async () => {
    let finish = () => {};
    const { time, wakes, loop } = start(async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return { ...NOTHING, woken: 1, more: true };
    });
    await time.advance(0);
    let stopped = false;
    const stop = loop.stop().then(() => {
      stopped = true;
    });
    loop.hint(0);
    await time.advance(5_000);
    expect(stopped).toBe(false);
    finish();
    await stop;
    await time.advance(5_000);
    expect(wakes).toEqual([0]);
    expect(time.waits).toEqual([]);
  });
});
