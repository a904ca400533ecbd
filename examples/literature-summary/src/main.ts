import { relative } from 'node:path';
import { createCloudEvent, createRunner, isXorcaError, messageOf } from '@xorca/core';
import { localPlatform } from '@xorca/local';
import { type Arguments, readArguments, USAGE } from './arguments.ts';
import { standardFolders, startFleet } from './fleet/index.ts';
import { literatureSummary } from './orchestrator.ts';
import { show, showFound, showResults } from './show.ts';
import { terminalLook } from './terminal-look.ts';
import { createTimeline } from './timeline.ts';

/** Summarises the books, or goes on with it where an earlier start was stopped. True when every summary passed. */
async function run({ dir, paceMs, books }: Arguments): Promise<boolean> {
  const timeline = createTimeline({
    write: (text) => process.stdout.write(text),
    ...terminalLook(process.stdout),
  });
  const { onSnapshot, onOutcome } = show(timeline);

  const platform = localPlatform({ dir });
  const runner = createRunner(literatureSummary, platform, { onSnapshot });
  await startFleet(platform.bus, {
    ...standardFolders(dir),
    paceMs,
    onProgress: (id, what, progress) => timeline.progress(id, what, progress),
  });

  // One process a book, named after it.
  const found = new Map(await Promise.all(books.map(async (id) => [id, await runner.get(id)] as const)));
  for (const details of found.values()) if (details) showFound(timeline, details);

  platform.attach(runner, { onOutcome });
  for (const id of books) {
    // The event's id follows from the process: asked for twice, the second is a duplicate.
    const start = { id: `${id}/request`, type: 'cmd.literature.summarise', source: '/cli', subject: id };
    if (!found.get(id)) await platform.bus.publish([createCloudEvent({ ...start, data: { bookId: id } })]);
  }
  await platform.idle();

  const passed = await showResults(timeline, runner, books);
  for (const { event, error } of platform.bus.deadLetters())
    console.error(`Given up: ${event.type} for ${event.subject}: ${error}`);
  await platform.close();
  console.log(
    `\nState, events and pages lie in ${relative(process.cwd(), dir) || dir}. Start again: nothing is done twice.`,
  );
  return passed;
}

try {
  process.exitCode = (await run(readArguments(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  console.error(isXorcaError(error) ? `${error.code}: ${error.message}` : `${messageOf(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
