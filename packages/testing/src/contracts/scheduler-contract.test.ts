import { memoryScheduler, type Scheduler, XorcaError } from '@xorca/core';
import type { Timers } from '@xorca/core/backend';
import { expect, it, vi } from 'vitest';
import { type VirtualTime, virtualTime } from '../../../core/test/support/virtual-time.ts';
import type { SchedulerUnderTest, Woken } from './scheduler-case.ts';
import { schedulerContract } from './scheduler-contract.ts';

// Waits for what is late are short here, since nothing will come. Before the contract is loaded, which keeps the timer it finds.
vi.hoisted(() => {
  const real = setTimeout;
  vi.stubGlobal('setTimeout', (run: () => void, ms: number) => real(run, Math.min(ms, 1)));
});

type Break = (scheduler: Scheduler, time: VirtualTime, woken: Woken[]) => Scheduler;

const changed =
  (change: (id: string, at: number, time: VirtualTime) => readonly [string, number]): Break =>
  (scheduler, time) => ({ wake: (id, at) => scheduler.wake(...change(id, at, time)) });

const failing =
  (when: (id: string, at: number, time: VirtualTime) => boolean): Break =>
  (scheduler, time) => ({
    async wake(id, at) {
      if (when(id, at, time)) throw new Error('ValidationException');
      await scheduler.wake(id, at);
    },
  });

const MINUTE = 60_000;

// Each fault, and the case that must find it.
const FAULTS: readonly [string, RegExp, Break][] = [
  ['wakes too soon', /never before/, changed((id, at) => [id, at - 1])],
  ['wakes too late', /never before/, changed((id, at) => [id, at + 1])],
  ['cuts times to seconds', /never before/, changed((id, at) => [id, Math.floor(at / 1_000) * 1_000])],
  ['forgets', /never before/, () => ({ wake: async () => {} })],
  ['refuses what is past', /is past, or now/, failing((_, at, time) => at < time.now())],
  [
    'ignores what is past',
    /is past, or now/,
    (scheduler, time) => ({
      wake: async (id, at) => (at < time.now() ? undefined : scheduler.wake(id, at)),
    }),
  ],
  ['refuses times before 1970', /is past, or now/, failing((_, at) => at < 0)],
  ['refuses what a queue cannot hold', /beyond/, failing((_, at, time) => at > time.now() + 15 * MINUTE)],
  [
    'takes the longest delay for any longer one',
    /beyond/,
    changed((id, at, time) => [id, Math.min(at, time.now() + 7 * 24 * 60 * MINUTE)]),
  ],
  [
    'lets a long timer overflow',
    /beyond/,
    changed((id, at, time) => [id, at - time.now() > 2 ** 31 ? 0 : at]),
  ],
  ['cannot write the last day', /beyond/, failing((_, at) => at > 8e15)],
  [
    'refuses a name it has',
    /asked for twice/,
    (scheduler) => {
      const names = new Set<string>();
      return failing((id, at) => names.size === names.add(`${id} ${at}`).size)(scheduler, virtualTime(), []);
    },
  ],
  [
    'never takes a name again',
    /again after it came/,
    (scheduler) => {
      const names = new Set<string>();
      return {
        async wake(id, at) {
          if (names.size < names.add(`${id} ${at}`).size) await scheduler.wake(id, at);
        },
      };
    },
  ],
  ['keeps the first time of a process only', /both come/, keepsOne((known) => known === undefined)],
  ['keeps the earliest time only', /both come/, keepsOne((known, at) => known === undefined || at < known)],
  ['keeps the last time only', /both come/, lastOnly],
  ['cuts ids', /hostile/, changed((id, at) => [id.slice(0, 64), at])],
  ['folds ids', /hostile/, changed((id, at) => [id.toLowerCase(), at])],
  ['trims ids', /hostile/, changed((id, at) => [id.trim(), at])],
  [
    'holds 100 wakes',
    /many wakes/,
    (scheduler) => {
      let wakes = 0;
      return { wake: async (id, at) => (++wakes > 100 ? undefined : scheduler.wake(id, at)) };
    },
  ],
  [
    'loses all but one of a moment',
    /many wakes/,
    (scheduler) => {
      const moments = new Set<number>();
      return {
        wake: async (id, at) => (moments.size === moments.add(at).size ? undefined : scheduler.wake(id, at)),
      };
    },
  ],
];

function keepsOne(takes: (known: number | undefined, at: number) => boolean): Break {
  return (scheduler) => {
    const known = new Map<string, number>();
    return {
      async wake(id, at) {
        if (!takes(known.get(id), at)) return;
        known.set(id, at);
        await scheduler.wake(id, at);
      },
    };
  };
}

function lastOnly(_: Scheduler, time: VirtualTime, woken: Woken[]): Scheduler {
  const timers = new Map<string, unknown>();
  return {
    async wake(id, at) {
      time.clearTimeout(timers.get(id));
      timers.set(
        id,
        time.setTimeout(() => void woken.push({ id, at: time.now() }), at - time.now()),
      );
    },
  };
}

for (const [fault, finder, breakIt] of FAULTS) {
  it(`the contract finds a scheduler that ${fault}, by ${finder.source}`, async () => {
    const [found, ...others] = schedulerContract.filter(({ name }) => finder.test(name));
    expect(others).toEqual([]);
    await expect(found?.run(() => setup(breakIt))).rejects.toThrow();
  });
}

for (const outage of ['swallows', 'throws raw', 'is not to be tried again'] as const) {
  it(`the contract finds a scheduler that in an outage ${outage}`, async () => {
    const found = schedulerContract.find(({ name }) => /take the service away/.test(name));
    await expect(found?.run(() => withOutage(outage))).rejects.toThrow();
  });
}

it('the contract finds nothing in memoryScheduler, and every case finds some fault', async () => {
  for (const { name, run } of schedulerContract) {
    await expect(run(() => withOutage()).then(() => name)).resolves.toBe(name);
    const finders = [...FAULTS.map(([, finder]) => finder), /take the service away/];
    expect(
      finders.some((finder) => finder.test(name)),
      name,
    ).toBe(true);
  }
});

it('a scheduler that knows whole minutes passes where its maker says so, and only there', async () => {
  const minutes = () => setup(changed((id, at) => [id, Math.ceil(at / MINUTE) * MINUTE]));
  for (const { name, run } of schedulerContract) {
    await expect(run(() => ({ ...minutes(), granularityMs: MINUTE })).then(() => name)).resolves.toBe(name);
  }
  await expect(schedulerContract[0]?.run(minutes)).rejects.toThrow();
});

function setup(breakIt: Break = (scheduler) => scheduler): SchedulerUnderTest {
  const time = virtualTime();
  // As Node does: what it cannot hold fires at once.
  const timers: Timers = {
    ...time,
    setTimeout: (run, ms) => time.setTimeout(run, ms > 2 ** 31 - 1 ? 1 : ms),
  };
  const woken: Woken[] = [];
  const onWake = (id: string) => void woken.push({ id, at: time.now() });
  const scheduler = breakIt(memoryScheduler({ onWake, clock: time, timers }), time, woken);
  return { scheduler, now: time.now, advance: (ms) => time.advance(ms), woken: () => woken };
}

function withOutage(fault?: 'swallows' | 'throws raw' | 'is not to be tried again'): SchedulerUnderTest {
  const test = setup();
  let isAway = false;
  return {
    ...test,
    scheduler: {
      async wake(id, at) {
        if (!isAway) return test.scheduler.wake(id, at);
        if (fault === 'swallows') return;
        if (fault === 'throws raw') throw new Error('ECONNREFUSED');
        const retryable = fault === undefined;
        throw new XorcaError('XORCA_UNAVAILABLE', 'away', { retryable });
      },
    },
    async outage(work) {
      isAway = true;
      await work().finally(() => {
        isAway = false;
      });
    },
  };
}
