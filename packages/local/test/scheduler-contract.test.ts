import { type SchedulerUnderTest, schedulerContract, type Woken } from '@xorca/testing';
import { describe, it } from 'vitest';
import { loopScheduler, wakeLoop } from '../src/wake-loop.ts';
import { afterwards } from './support/temp-folder.ts';
import { virtualTime } from './support/virtual-time.ts';

// The loop's wakes name no process: what is due then is what a store would name. Polls are a day apart, so that hints alone make
// wakes prompt.
function wakeLoopOverIndex(): SchedulerUnderTest {
  const time = virtualTime();
  const woken: Woken[] = [];
  let index: Woken[] = [];
  const runner = {
    async wake() {
      const due = index.filter(({ at }) => at <= time.now());
      index = index.filter((one) => !due.includes(one));
      woken.push(...due.map(({ id }) => ({ id, at: time.now() })));
      return { woken: due.length, resent: 0, failed: [], more: false };
    },
  };
  const report = (message: string) => {
    throw new Error(message);
  };
  const loop = wakeLoop(runner, { timers: time, now: time.now, pollMs: 86_400_000, report });
  afterwards(() => loop.stop());
  const hints = loopScheduler([loop]);
  return {
    scheduler: {
      async wake(id, at) {
        index.push({ id, at });
        await hints.wake(id, at);
      },
    },
    now: time.now,
    advance: (ms) => time.advance(ms),
    woken: () => woken,
    // A wake is a query of the store, so hints are rounded up to moments of 10 ms.
    granularityMs: 10,
  };
}

describe('the wake loop of the local platform', () => {
  for (const { name, run } of schedulerContract) it(name, () => run(wakeLoopOverIndex));
});
