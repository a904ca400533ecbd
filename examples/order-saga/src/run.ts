import { join } from 'node:path';
import { createRunner, type Runner } from '@xorca/core';
import { localPlatform } from '@xorca/local';
import type { CommonArguments } from '../../shared/arguments.ts';
import { place } from '../../shared/place.ts';
import { ends } from './ends.ts';
import { orders } from './orchestrator.ts';
import { play } from './play.ts';
import { openLedgers, startServices } from './services/index.ts';
import { STORIES, type Story } from './stories.ts';
import { createTeller } from './teller.ts';
import { virtualClock } from './virtual-clock.ts';

// The clock is moved by hand and the runner woken with it: a look every hour of real time is for nothing.
const POLL_MS = 3_600_000;

/** Plays all stories, or goes on where an earlier start was stopped. Resolves to the exit code. */
export async function run({ dir, paceMs }: CommonArguments): Promise<number> {
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const clock = virtualClock(join(dir, 'clock'), STORIES[0]?.placedAt ?? 0);
  const platform = localPlatform({ dir, clock, pollMs: POLL_MS });
  const ledgers = openLedgers(join(dir, 'ledgers'));
  try {
    const teller = createTeller({ print, now: clock.now });
    const runner = createRunner(orders, platform, { onSnapshot: teller.onSnapshot });
    print(
      `Plays ${STORIES.length} orders on a clock that jumps to whatever comes next. State: ${place(dir)}`,
    );
    print('Kill it at any moment: started again, it goes on from there.');
    const left = await unfinished(runner);
    // From here on whatever an earlier start left behind goes on, so it is announced first.
    const [next] = left;
    if (next) teller.opening(next);
    startServices({ platform, ledgers, paceMs, tell: teller.service });
    platform.attach(runner, { onOutcome: teller.onOutcome });
    for (const story of left) {
      if (story !== next) teller.opening(story);
      await play(story, { platform, runner, clock, teller });
    }
    print('\nHow they ended, and what the services have in their ledgers:');
    for (const line of await ends(STORIES, runner, ledgers)) print(`  ${line}`);
    print(`\nThe state lies in ${place(dir)}. Delete the folder to begin anew.`);
    return 0;
  } finally {
    await platform.close();
    ledgers.close();
  }
}

async function unfinished(runner: Runner): Promise<readonly Story[]> {
  const found = await Promise.all(STORIES.map(({ id }) => runner.get(id)));
  return STORIES.filter((_, at) => (found[at]?.status ?? 'active') === 'active');
}
