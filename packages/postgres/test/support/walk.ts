import {
  checkHistory,
  createFleet,
  createFleetRunner,
  createOrchestrator,
  createRunner,
  defineCommand,
  fromCommand,
  memoryPublisher,
  onCommand,
  type StandardSchema,
} from '@xorca/core';
import { assign, setup } from 'xstate';
import { postgresJournal, postgresLock, postgresStore } from '../../src/index.ts';
import type { Place } from './database.ts';

/** A schema of one text, as any library would make it. */
function text<Field extends string>(field: Field): StandardSchema<Readonly<Record<Field, string>>> {
  const fits = (value: unknown): value is Record<Field, string> =>
    typeof (value as Record<string, unknown> | undefined)?.[field] === 'string';
  const issues = [{ message: 'must be a text', path: [field] }];
  const validate = (value: unknown) => (fits(value) ? { value } : { issues });
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

const fetch = defineCommand('cmd.books.fetch', { input: text('book'), output: text('page') });

// A command that is answered at the second attempt, a day of rest, a command whose failure ends the process.
const machine = setup({
  types: { context: {} as { book: string; page: string }, input: {} as { book: string } },
  actors: {
    fetch: fromCommand(fetch, { timeout: '1m', retry: { attempts: 2, backoff: '10s', jitter: false } }),
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

const reading = createOrchestrator({ name: 'reading', machines: { '1.0.0': machine } });

/** Leads processes through all that a store, a lock and a journal are asked for, and tells what they then say. */
export async function walk(place: Place) {
  const store = postgresStore(place);
  const journal = postgresJournal({ ...place, retention: { count: 100, age: '90d' } });
  const publisher = memoryPublisher();
  let now = 1_800_000_000_000;
  const platform = { store, journal, publisher, lock: postgresLock(place), clock: { now: () => now } };
  // What a journal or a lock throws is reported, and spoils nothing else.
  const reports: unknown[] = [];
  const runner = createRunner(reading, platform, { report: (error) => reports.push(error) });
  let asked = 0;
  const fleet = createFleetRunner(
    createFleet({
      name: 'library',
      source: '/library',
      handlers: [
        onCommand(fetch, ({ book }) =>
          ++asked === 1 ? new Promise<never>(() => {}) : { page: `of ${book}` },
        ),
      ],
    }),
    { publisher },
    { timeout: 20 },
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
  const history = await checkHistory(machine, journal);
  const { published } = publisher;
  return {
    reports,
    states,
    stuck,
    resting,
    cancelled,
    history,
    sent: published.map(({ id, type }) => `${id} ${type}`),
  };
}
