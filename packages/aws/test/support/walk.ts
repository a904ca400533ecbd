import {
  createFleet,
  createFleetRunner,
  createOrchestrator,
  createRunner,
  defineCommand,
  fromCommand,
  memoryPublisher,
  onCommand,
  type Platform,
} from '@xorca/core';
import { assign, setup } from 'xstate';
import { z } from 'zod';

const fetch = defineCommand('cmd.books.fetch', {
  input: z.object({ book: z.string() }),
  output: z.object({ page: z.string() }),
});

// A command that is answered at the second attempt, a day of rest, a command whose failure ends the process.
const reading = (attempts: number) =>
  setup({
    types: { context: {} as { book: string; page: string }, input: {} as { book: string } },
    actors: {
      fetch: fromCommand(fetch, { timeout: '1m', retry: { attempts, backoff: '10s', jitter: false } }),
    },
  }).createMachine({
    id: 'reading',
    context: ({ input }) => ({ book: input.book, page: '' }),
    initial: 'Fetching',
    states: {
      Fetching: {
        invoke: {
          src: 'fetch',
          input: ({ context }) => ({ book: context.book }),
          onDone: { target: 'Resting', actions: assign({ page: ({ event }) => event.output.page }) },
        },
      },
      Resting: { after: { 86400000: 'Read' } },
      Read: { type: 'final' },
    },
  });

/** For simulations: a process that many attempts bring to its end. */
export const walkOrchestrator = createOrchestrator({
  name: 'reading',
  machines: { '1.0.0': reading(50) },
  startOn: 'evt.book.wanted',
});
export const walkFleet = createFleet({
  source: '/library',
  handlers: [onCommand(fetch, async ({ book }) => ({ page: `of ${book}` }))],
});

/** Leads processes through all that a store and a lock are asked for, and tells what they then say. */
export async function walk(ports: Pick<Platform, 'store' | 'lock'>) {
  const publisher = memoryPublisher();
  let now = 1_800_000_000_000;
  const platform = { ...ports, publisher, clock: { now: () => now } };
  // What a lock throws is reported, and spoils nothing else.
  const reports: unknown[] = [];
  const orchestrator = createOrchestrator({ name: 'reading', machines: { '1.0.0': reading(2) } });
  const runner = createRunner(orchestrator, platform, { report: (error) => reports.push(error) });
  let asked = 0;
  const answer = ({ book }: { readonly book: string }) =>
    ++asked === 1 ? new Promise<never>(() => {}) : { page: `of ${book}` };
  const fleet = createFleetRunner(
    createFleet({ name: 'library', source: '/library', handlers: [onCommand(fetch, answer)] }),
    { publisher },
    // What is answered at once is in time on a busy machine, too.
    { timeout: 200 },
  );
  let handed = 0;
  const settle = async () => {
    while (handed < publisher.published.length) {
      const events = publisher.published.slice(handed);
      handed = publisher.published.length;
      for (const one of [fleet, runner]) await one.handle(events);
    }
  };
  const states: unknown[] = [];
  const pass = async (ms: number) => {
    now += ms;
    await runner.wake();
    await settle();
    states.push((await runner.get('../Ö'))?.value);
  };
  await runner.start({ id: '../Ö', input: { book: 'Opticks' } });
  await settle();
  await pass(60_000);
  await pass(10_000);
  await pass(86_400_000);

  // Nobody answers this one, twice: its process ends in an error, and is redriven.
  await runner.start({ id: 'lost', input: { book: 'Principia' } });
  for (const ms of [60_000, 10_000, 60_000]) {
    now += ms;
    await runner.wake();
  }
  const stuck = (await runner.list({ stuck: true })).items.map(({ id, status }) => `${id} ${status}`);
  handed = publisher.published.length;
  await runner.redrive('lost');
  await settle();
  const resting = (await runner.list({ state: 'Resting', status: 'active' })).items.map(({ id }) => id);
  const cancelled = (await runner.cancel('lost')).status;
  return { reports, states, stuck, resting, cancelled };
}
