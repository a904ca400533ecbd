import { join } from 'node:path';
import {
  type Clock,
  type CloudEvent,
  type FleetRunner,
  isSettled,
  type Outcome,
  type Platform,
  type ProcessLock,
  type Runner,
  type Scheduler,
  XorcaError,
} from '@xorca/core';
import { assertOptions, messageOf, systemTimers, type Timers } from '@xorca/core/backend';
import { type LocalBus, localBus } from './local-bus.ts';
import { localLock } from './local-lock.ts';
import { sqliteDatabase } from './sqlite-database.ts';
import { type SqliteJournalOptions, sqliteJournal } from './sqlite-journal.ts';
import { type SqliteStore, sqliteStore } from './sqlite-store.ts';
import type { HandlerAnswer, Subscription } from './subscription.ts';
import { loopScheduler, type WakeLoop, wakeLoop } from './wake-loop.ts';
import { assertWhole } from './whole-option.ts';

/** Where `localPlatform` keeps everything, and by which time it goes. Unknown names are `XORCA_CONFIG`. */
export interface LocalPlatformOptions {
  /** The folder that holds everything. Made if it is not there. */
  readonly dir: string;
  /** Keeps each step of each process in the same file, for people and for `checkHistory`. Default false: it is one more write a step. */
  readonly journal?: boolean | NonNullable<SqliteJournalOptions['retention']>;
  /** Longest time between two looks for due timers, in ms. Default 1,000. */
  readonly pollMs?: number;
  /** Default: the system's clock and timers. */
  readonly clock?: Clock;
  readonly timers?: Timers;
  /** 0 to 1, for the jitter of retries. Default `Math.random`. */
  readonly random?: () => number;
  /** Hears of what goes wrong with nobody to answer to. Default: `console.error`. */
  readonly report?: (message: string) => void;
}

/** Which events a runner gets from the bus. */
export interface AttachOptions {
  /** Types or patterns. Default: `evt.*` and what starts or cancels its processes; for a fleet, its commands. */
  readonly types?: readonly string[];
  /** Sees each outcome, e.g. to show it. What it throws is reported and spoils nothing. */
  readonly onOutcome?: (outcome: Outcome) => void;
}

/** All ports of one machine, in one folder. */
export interface LocalPlatform extends Platform {
  /** The SQLite file. */
  readonly path: string;
  readonly store: SqliteStore;
  readonly bus: LocalBus;
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  /**
   * A lock that holds across the programs of this machine. Not among the ports a runner takes by itself: the bus gives it a
   * process's events one batch at a time, so a lock would only cost two more writes an event. Add it with
   * `{ ...platform, lock: platform.fileLock }` where several programs move the same processes.
   */
  readonly fileLock: ProcessLock;
  /**
   * Gives a runner the bus's events, and wakes it for timers. A fleet's runner gets its commands, and whatever calls them off by a
   * subscription of its own: behind its command in one queue it would come too late.
   */
  attach(runner: Runner | FleetRunner, options?: AttachOptions): void;
  /**
   * Resolves when the bus has nothing queued, waiting for a retry or in flight for its live subscriptions. Timers may still be
   * to come.
   */
  idle(): Promise<void>;
  /** Ends what is under way, keeps the rest for the next start, closes the file. */
  close(): Promise<void>;
}

const ATTACH_OPTIONS = ['types', 'onOutcome'];
// One program has the bus, so it sees every event of a process: what it saved last is what the next event meets.
const WARM = 1_000;

const OPTIONS = ['dir', 'journal', 'pollMs', 'clock', 'timers', 'random', 'report'];

/**
 * A whole platform in a folder: processes, undelivered events and timers lie in one SQLite file, so an event costs one
 * transaction, and a program killed at any moment goes on where it stopped when it is started again.
 * Errors: `XORCA_CONFIG` for a folder that cannot be written or that another program has open.
 *
 * @example
 * const platform = localPlatform({ dir: '.xorca' })
 * const runner = createRunner(orchestrator, platform)
 * platform.attach(runner)
 */
export function localPlatform(options: LocalPlatformOptions): LocalPlatform {
  assertOptions(options, OPTIONS, 'localPlatform');
  if (typeof options.dir !== 'string' || options.dir === '') {
    throw new XorcaError('XORCA_CONFIG', "localPlatform needs a dir, the folder for its file: '.xorca'.");
  }
  assertWhole(options.pollMs, 'pollMs');
  const { dir, pollMs = 1_000, clock = Date, timers = systemTimers, random = Math.random } = options;
  const report = options.report ?? ((message) => console.error(message));
  const path = join(dir, 'xorca.db');
  const database = sqliteDatabase({ path });
  let bus: LocalBus;
  try {
    bus = localBus({ database, clock, timers, random });
  } catch (error) {
    database.close();
    throw error;
  }
  const store = sqliteStore({ database, bus });
  const { journal } = options;
  const history = journal
    ? sqliteJournal({ database, ...(typeof journal === 'object' ? { retention: journal } : {}) })
    : undefined;
  const loops: WakeLoop[] = [];

  // Its failure must not make events that were taken look as if they were not.
  function show(outcome: Outcome, onOutcome: (outcome: Outcome) => void): void {
    try {
      onOutcome(outcome);
    } catch (error) {
      report(`onOutcome failed over event ${outcome.event?.id}, which goes on: ${messageOf(error)}`);
    }
  }

  return {
    warm: WARM,
    path,
    store,
    ...(history ? { journal: history } : {}),
    publisher: bus,
    bus,
    clock,
    scheduler: loopScheduler(loops),
    fileLock: localLock({ database, clock, timers, random }),
    attach(runner, attachOptions = {}) {
      assertOptions(attachOptions, ATTACH_OPTIONS, 'attach');
      const { types, onOutcome } = attachOptions;
      for (const wanted of subscriptionsOf(runner, types)) {
        bus.subscribe({
          ...wanted,
          async handler(events) {
            const outcomes = await runner.handle(events);
            if (onOutcome) for (const outcome of outcomes) show(outcome, onOutcome);
            return answerOf(events, outcomes);
          },
        });
      }
      if ('fleet' in runner && !runner.isIdempotent) return;
      loops.push(wakeLoop(runner, { timers, now: () => clock.now(), pollMs, report }));
    },
    idle: () => bus.idle(),
    async close() {
      await Promise.all(loops.map((loop) => loop.stop()));
      await bus.close();
      store.close();
      database.close();
    },
  };
}

function subscriptionsOf(
  runner: Runner | FleetRunner,
  types: readonly string[] | undefined,
): readonly Pick<Subscription, 'name' | 'types' | 'order'>[] {
  if ('fleet' in runner) {
    const { name, types: commands, cancels } = runner.fleet;
    return [
      // A process may ask for many things at once, and a slow one must not hold up the others.
      { name: `fleet ${name}`, types: types ?? commands, order: 'event' },
      { name: `fleet ${name} cancels`, types: cancels },
    ];
  }
  const { name, wants } = runner.orchestrator;
  return [{ name: `orchestrator ${name}`, types: types ?? ['evt.*', ...wants] }];
}

// Outcomes come in the order of the events. An event that could not even be read has an outcome without it.
function answerOf(events: readonly CloudEvent[], outcomes: readonly Outcome[]): HandlerAnswer {
  const failed = outcomes.flatMap((outcome, n) => {
    const event = events[n];
    if (isSettled(outcome) || !event) return [];
    // What can never be taken is put aside at once: trying it again would only hold up what comes behind it.
    return [{ id: event.id, error: outcome.error, retry: outcome.status === 'failed' }];
  });
  return { failed };
}
