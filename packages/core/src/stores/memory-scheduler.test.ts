import { expect, it } from 'vitest';
import { virtualTime } from '../../test/support/virtual-time.ts';
import { type MemorySchedulerOptions, memoryScheduler } from './memory-scheduler.ts';

function setup(options: Partial<MemorySchedulerOptions> = {}) {
  const time = virtualTime();
  const woken: string[] = [];
  const reports: string[] = [];
  const scheduler = memoryScheduler({
    onWake: (id) => void woken.push(id),
    clock: time,
    timers: time,
    report: ({ message }) => void reports.push(message),
    ...options,
  });
  return { time, woken, reports, scheduler };
}

it('calls once for a wake that was asked for twice', async () => {
  const { time, woken, scheduler } = setup();
  for (let n = 0; n < 2; n++) await scheduler.wake('p', time.now() + 10);
  await time.advance(10);
  expect(woken).toEqual(['p']);
});

it('waits on when a timer came a little too soon', async () => {
  const time = virtualTime();
  const { woken, scheduler } = setup({
    clock: time,
    timers: { ...time, setTimeout: (run, ms) => time.setTimeout(run, ms === 10 ? 9 : ms) },
  });
  await scheduler.wake('p', time.now() + 10);
  await time.advance(9);
  expect(woken).toEqual([]);
  await time.advance(1);
  expect(woken).toEqual(['p']);
});

it('wakes nobody any more once it is stopped', async () => {
  const { time, woken, scheduler } = setup();
  await scheduler.wake('p', time.now() + 10);
  await scheduler.wake('q', time.now() + 86_400_000_000);
  scheduler.stop();
  await time.advance(86_400_000_000);
  expect(woken).toEqual([]);
});

it('reports what a wake throws, now or later, and wakes the others', async () => {
  for (const onWake of [
    () => {
      throw new Error('out of order');
    },
    () => Promise.reject(new Error('out of order')),
  ]) {
    const { time, reports, scheduler } = setup({ onWake });
    for (const id of ['p', 'q']) await scheduler.wake(id, time.now());
    await time.advance(0);
    expect(reports).toEqual([
      expect.stringContaining('"p" failed: out of order'),
      expect.stringContaining('"q" failed: out of order'),
    ]);
  }
});

it('refuses an option it does not know', () => {
  expect(() => memoryScheduler({ onWaek: () => {} } as unknown as MemorySchedulerOptions)).toThrow('onWake');
});
