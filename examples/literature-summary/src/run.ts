import {
  createCloudEvent,
  createFleetRunner,
  createRunner,
  type Outcome,
  type ProcessDetails,
  type Runner,
} from '@xorca/core';
import { type LocalPlatform, localPlatform } from '@xorca/local';
import { place } from '../../shared/place.ts';
import type { Arguments, Style } from './arguments.ts';
import { standardFolders, summaryFleets } from './fleet/index.ts';
import { createPageStore } from './fleet/page-store.ts';
import { readRules } from './fleet/rules.ts';
import { literatureSummary } from './orchestrator.ts';
import { plainLiteratureSummary } from './plain-style/orchestrator.ts';
import { show, showFound, showResults } from './show.ts';
import { exitCodeOf, stopSignal } from './stop-signal.ts';
import { summaryWanted } from './summary.ts';
import { terminalLook } from './terminal-look.ts';
import { createTimeline, type Timeline } from './timeline.ts';

const ORCHESTRATORS = { commands: literatureSummary, plain: plainLiteratureSummary } satisfies Record<
  Style,
  unknown
>;

/**
 * Summarises the books, or goes on with it where an earlier start was stopped. Resolves to the exit code: 0 when every summary
 * passed its checks, 1 when one did not, 130 or 143 after a wish to stop.
 */
export async function run({ dir, paceMs, books, style }: Arguments): Promise<number> {
  const wishToStop = stopSignal();
  const print = (text: string) => void process.stdout.write(text);
  const { books: library, rules: rulesFile, pages } = standardFolders(dir);
  const rules = await readRules(rulesFile);
  const platform = localPlatform({ dir });
  try {
    const timeline = createTimeline({ write: print, ...terminalLook(process.stdout) });
    const { onSnapshot, onOutcome } = show(timeline);
    const runner = createRunner(ORCHESTRATORS[style], platform, { onSnapshot });

    // One process a book, named after it; those of an earlier start that are still under way go on, asked for or not.
    const { items: active } = await runner.list({ orchestrator: runner.orchestrator.name, status: 'active' });
    const ids = [...new Set([...books, ...active.map(({ id }) => id)])];
    const found = await findAll(runner, ids);
    print(opening(ids, found, dir));
    for (const details of found.values()) showFound(timeline, details);

    // All subscribe in one go, before anything is awaited or published: nobody's answer may come before its taker is there.
    const onProgress = timeline.progress;
    const fleets = summaryFleets({
      books: library,
      pages: createPageStore(pages),
      rules,
      paceMs,
      onProgress,
    });
    for (const fleet of Object.values(fleets)) {
      const fleetRunner = createFleetRunner(fleet, platform, { idempotency: { store: platform.store } });
      platform.attach(fleetRunner, { onOutcome: (outcome) => showTrouble(timeline, outcome) });
    }
    platform.attach(runner, { onOutcome });

    for (const { seq, event } of platform.bus.deadLetters()) {
      timeline.note(event.subject ?? '', `${event.type} had been given up, is tried again`);
      await platform.bus.redrive(seq);
    }
    for (const id of ids) if (!found.has(id)) await request(platform, id);

    const signal = await Promise.race([platform.idle(), wishToStop]);
    if (signal) {
      print('\nStopping: what is under way ends first. A second time stops it at once.\n');
      await platform.close();
      print(`\nStopped. The state lies in ${place(dir)}.\nStarted again, it goes on from there.\n`);
      return exitCodeOf(signal);
    }

    const passed = await showResults(timeline, runner, ids);
    for (const { event, error } of platform.bus.deadLetters())
      console.error(`Given up: ${event.type} for ${event.subject}: ${error} The next start tries again.`);
    print(
      `\nThe state lies in ${place(dir)}.\nStarted again, it does nothing twice; delete the folder to begin anew.\n`,
    );
    return passed ? 0 : 1;
  } finally {
    await platform.close();
  }
}

/** Tells when a service could not answer a command; the bus brings it again. */
function showTrouble(timeline: Timeline, { status, event, error }: Outcome): void {
  if (status !== 'failed') return;
  timeline.note(event?.subject ?? '', `failed (the bus gives up after ten times): ${error?.message}`);
}

async function findAll(runner: Runner, ids: readonly string[]): Promise<Map<string, ProcessDetails>> {
  const found = new Map<string, ProcessDetails>();
  for (const id of ids) {
    const details = await runner.get(id);
    if (details) found.set(id, details);
  }
  return found;
}

/** What is about to happen, where, and what an earlier start left there. */
function opening(ids: readonly string[], found: ReadonlyMap<string, ProcessDetails>, dir: string): string {
  const left = [...found.values()].map(
    ({ id, status }) => `${id} ${status === 'active' ? 'under way' : 'finished'}`,
  );
  return [
    `Summarises ${ids.join(', ')}. State: ${place(dir)}`,
    left.length > 0 ? `Found there: ${left.join(', ')}.` : 'Nothing is there yet: all begins anew.',
    'Stop it at any moment, even by kill -9: started again, it goes on from there.',
    '→ event comes in   • state it leads to   ← event goes out   · note\n\n',
  ].join('\n');
}

async function request({ bus }: LocalPlatform, bookId: string): Promise<void> {
  const { type } = summaryWanted;
  // The event's id follows from the process: asked for twice, the second is a duplicate.
  const event = { id: `${bookId}/request`, type, source: '/cli', subject: bookId, data: { bookId } };
  await bus.publish([createCloudEvent(event)]);
}
