import { createCloudEvent, createFleetRunner, createRunner, type ProcessDetails } from '@xorca/core';
import { localPlatform } from '@xorca/local';
import type { CommonArguments } from '../../shared/arguments.ts';
import { place } from '../../shared/place.ts';
import { type ChapterResult, summariseBook } from './contracts.ts';
import { LIMIT } from './machine.ts';
import { bookSummaries } from './orchestrator.ts';
import { reader } from './services/index.ts';
import { progress, resultLines } from './show.ts';

/** Summarises a book, or goes on where an earlier start was stopped. Resolves to the exit code: 0 when it has its summaries. */
export async function run({ dir, paceMs, names: [bookId = 'opticks'] }: CommonArguments): Promise<number> {
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const platform = localPlatform({ dir });
  try {
    const runner = createRunner(bookSummaries, platform);
    const found = await runner.get(bookId);
    print(`Summarises the chapters of ${bookId}, at most ${LIMIT} at once. State: ${place(dir)}`);
    print(
      found
        ? `Found there: ${stateOf(found)}`
        : 'Kill it at any moment: started again, it goes on from there.',
    );

    const fleet = createFleetRunner(reader({ paceMs }), platform, { idempotency: { store: platform.store } });
    platform.attach(fleet);
    platform.attach(runner, { onOutcome: progress(print, found) });
    // The event's id follows from the book: asked for twice, the second is a duplicate.
    const ask = { id: `${bookId}/request`, type: summariseBook.type, source: '/cli', subject: bookId };
    if (!found) await platform.bus.publish([createCloudEvent({ ...ask, data: { bookId } })]);
    await platform.idle();

    const ended = await runner.get(bookId);
    if (ended?.status !== 'done') {
      print(`\nNo summaries: ${JSON.stringify(ended?.failure?.data ?? ended?.failure?.message)}`);
      return 1;
    }
    const { chapters } = ended.output as { readonly chapters: readonly ChapterResult[] };
    const summaries = chapters.filter((chapter) => 'summary' in chapter).length;
    print(`\n${summaries} of ${chapters.length} chapters have a summary:`);
    for (const chapter of chapters) for (const line of resultLines(chapter)) print(line);
    print(`\nThe state lies in ${place(dir)}. Delete the folder to begin anew.`);
    return 0;
  } finally {
    await platform.close();
  }
}

function stateOf({ status, commands }: ProcessDetails): string {
  if (status !== 'active') return 'it is over, so nothing is done.';
  return `under way, ${commands.length} answers open.`;
}
