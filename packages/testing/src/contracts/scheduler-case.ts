import type { Scheduler } from '@xorca/core';
import { check, soon } from './assert.ts';

/** A wake that reached a process. */
export interface Woken {
  readonly id: string;
  /** Epoch ms of the scheduler's own clock. */
  readonly at: number;
}

/** A scheduler on a clock that a case moves, and the wakes that came of it. */
export interface SchedulerUnderTest {
  readonly scheduler: Scheduler;
  /** Epoch ms of the clock the scheduler goes by. */
  now(): number;
  /** Moves that clock, up to months at once; what is due on the way is done at its own time. */
  advance(ms: number): void | Promise<void>;
  /** Every wake so far, in the order they came. */
  woken(): readonly Woken[] | Promise<readonly Woken[]>;
  /**
   * How much later than asked for the service may wake by nature, in ms: 60,000 for EventBridge Scheduler, which knows minutes. Default
   * 0. Nothing may wake sooner than asked for.
   */
  readonly granularityMs?: number;
  /** Makes the service behind it not answer, or throttle, while `work` runs. */
  outage?(work: () => Promise<void>): Promise<void>;
}

/** Gives a scheduler that waits for nothing yet. */
export type MakeScheduler = () => Promise<SchedulerUnderTest> | SchedulerUnderTest;

/** One behaviour that every scheduler must show. */
export interface SchedulerCase {
  /** A sentence about the behaviour. */
  readonly name: string;
  /** Throws when the scheduler does not show it. `makeScheduler` is called once. */
  run(makeScheduler: MakeScheduler): Promise<void>;
  /**
   * The same, and resolves to undefined; or, where the case shows nothing, to what the maker would have to give for it:
   * `'outages.away'`.
   */
  show(makeScheduler: MakeScheduler): Promise<string | undefined>;
}

/** Moves the clock to a moment. */
export async function passTo(test: SchedulerUnderTest, at: number): Promise<void> {
  await test.advance(Math.max(0, at - test.now()));
}

/** Moves the clock to when a wake asked for at `at` must have come, and fails unless it has. */
export async function comes(test: SchedulerUnderTest, id: string, at: number): Promise<void> {
  const { granularityMs = 0 } = test;
  const from = Math.max(at, 0);
  await passTo(test, from + granularityMs);
  await soon(async () => {
    const times = (await test.woken()).filter((one) => one.id === id).map((one) => one.at);
    const inTime = times.some((time) => time >= from && time <= from + granularityMs);
    check(
      inTime,
      `the wake of ${JSON.stringify(id).slice(0, 80)} at ${at} did not come until ${from + granularityMs}, only at [${times}]`,
    );
  });
}

/** Fails when a process was woken, or was woken before a time. */
export async function notBefore(test: SchedulerUnderTest, id: string, at: number): Promise<void> {
  const early = (await test.woken()).filter((one) => one.id === id && one.at < at);
  check(early.length === 0, `the wake of ${JSON.stringify(id)} at ${at} came at ${early[0]?.at}, too soon`);
}
