import { check, same, soon, unavailable } from './assert.ts';
import { hostileIds, showId } from './hostile-ids.ts';
import { comes, notBefore, passTo, type SchedulerCase } from './scheduler-case.ts';
import { cases, unshown } from './unshown.ts';

export type { MakeScheduler, SchedulerCase, SchedulerUnderTest, Woken } from './scheduler-case.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
// The last moment that a Date can name.
const LATEST = 8.64e15;

/**
 * What every `Scheduler` must do, as cases for any test runner. A case asks for one scheduler on a clock that it can move, and waits,
 * at most about two seconds, where wakes arrive late. A wake too many does no harm and is let pass; one too soon is lost on its
 * process, since nobody asks again.
 *
 * @example
 * for (const { name, run } of schedulerContract) it(name, () => run(() => schedulerOnVirtualClock()))
 */
export const schedulerContract: readonly SchedulerCase[] = cases([
  {
    name: 'a wake comes at its time or as soon after as the service can, never before',
    async run(makeScheduler) {
      const test = await makeScheduler();
      for (const ms of [1, 250, 5 * SECOND_MS, 59_999, 14 * MINUTE_MS]) {
        const [id, at] = [`in ${ms}`, test.now() + ms];
        await test.scheduler.wake(id, at);
        await passTo(test, at - 1);
        await notBefore(test, id, at);
        await comes(test, id, at);
        await notBefore(test, id, at);
      }
    },
  },
  {
    name: 'a wake at a time that is past, or now, comes at once',
    async run(makeScheduler) {
      const test = await makeScheduler();
      for (const [id, at] of Object.entries({
        now: test.now(),
        past: test.now() - 1,
        'long past': test.now() - 400 * DAY_MS,
        beginning: 0,
        'before the beginning': -1,
      })) {
        const asked = test.now();
        await test.scheduler.wake(id, at);
        await comes(test, id, asked);
      }
    },
  },
  {
    name: 'a wake beyond what a delay queue holds, 15 minutes or 7 days, comes at its time and not before',
    async run(makeScheduler) {
      const test = await makeScheduler();
      const start = test.now();
      const spans = [
        15 * MINUTE_MS + 1,
        16 * MINUTE_MS,
        7 * DAY_MS + 1,
        8 * DAY_MS,
        30 * DAY_MS,
        100 * DAY_MS,
      ];
      for (const ms of spans) await test.scheduler.wake(`in ${ms}`, start + ms);
      await test.scheduler.wake('the last day', LATEST);
      for (const ms of spans) {
        await passTo(test, start + ms - 1);
        await notBefore(test, `in ${ms}`, start + ms);
        await comes(test, `in ${ms}`, start + ms);
        await notBefore(test, `in ${ms}`, start + ms);
      }
      await notBefore(test, 'the last day', LATEST);
    },
  },
  {
    name: 'the same wake asked for twice, at once or later, is no error and comes',
    async run(makeScheduler) {
      const test = await makeScheduler();
      const at = test.now() + 5 * SECOND_MS;
      await Promise.all([test.scheduler.wake('p', at), test.scheduler.wake('p', at)]);
      await test.advance(SECOND_MS);
      await test.scheduler.wake('p', at);
      await comes(test, 'p', at);
      await notBefore(test, 'p', at);
    },
  },
  {
    name: 'a wake asked for again after it came comes again, at once',
    async run(makeScheduler) {
      const test = await makeScheduler();
      const at = test.now() + SECOND_MS;
      await test.scheduler.wake('p', at);
      await comes(test, 'p', at);
      const before = (await test.woken()).length;
      await test.scheduler.wake('p', at);
      await test.advance(test.granularityMs ?? 0);
      await soon(async () =>
        check((await test.woken()).length > before, 'a wake that came once did not come again'),
      );
    },
  },
  {
    name: 'of two times for one process both come, whichever was asked for first',
    async run(makeScheduler) {
      const test = await makeScheduler();
      // Apart by more than any granularity, so that each is its own.
      const first = test.now() + 10 * MINUTE_MS;
      const second = test.now() + 20 * MINUTE_MS;
      await test.scheduler.wake('earlier after later', second);
      await test.scheduler.wake('earlier after later', first);
      await test.scheduler.wake('later after earlier', first);
      await test.scheduler.wake('later after earlier', second);
      for (const at of [first, second]) {
        await comes(test, 'earlier after later', at);
        await comes(test, 'later after earlier', at);
      }
      await notBefore(test, 'earlier after later', first);
    },
  },
  {
    name: 'hostile ids come back whole, each its own',
    async run(makeScheduler) {
      const test = await makeScheduler();
      const at = test.now() + 5 * SECOND_MS;
      for (const id of hostileIds) await test.scheduler.wake(id, at);
      await passTo(test, at + (test.granularityMs ?? 0));
      await soon(async () => {
        const ids = new Set((await test.woken()).map(({ id }) => id));
        for (const id of hostileIds) check(ids.has(id), `${showId(id)} was not woken`);
        same(ids.size, hostileIds.length, 'how many processes were woken');
      });
    },
  },
  {
    name: 'many wakes asked for at once, at one time and at many, all come',
    async run(makeScheduler) {
      const test = await makeScheduler();
      const start = test.now() + MINUTE_MS;
      const wakes = Array.from({ length: 200 }, (_, n) => ({
        id: `p${n}`,
        at: n < 100 ? start : start + (n % 25) * 7 * SECOND_MS,
      }));
      await Promise.all(wakes.map(({ id, at }) => test.scheduler.wake(id, at)));
      await passTo(test, start + 25 * 7 * SECOND_MS + (test.granularityMs ?? 0));
      for (const { id, at } of wakes) {
        await comes(test, id, at);
        await notBefore(test, id, at);
      }
    },
  },
  {
    name: 'where the maker can take the service away, a wake fails with XORCA_UNAVAILABLE to be tried again, and goes later',
    async run(makeScheduler) {
      const test = await makeScheduler();
      if (!test.outage) unshown('outage');
      const at = test.now() + 5 * SECOND_MS;
      await test.scheduler.wake('before', at);
      await test.outage(() => unavailable('wake in an outage', () => test.scheduler.wake('p', at)));
      await test.scheduler.wake('p', at);
      await comes(test, 'p', at);
      await comes(test, 'before', at);
    },
  },
]);
