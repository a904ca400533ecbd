import { assign, setup } from 'xstate';
import { z } from 'zod';
import type { LogEntry } from '../../src/handlers.ts';
import {
  type CloudEvent,
  createFleet,
  createOrchestrator,
  defineCommand,
  defineEvent,
  memoryPublisher,
  memoryStore,
  onCommand,
  type ProcessStore,
  XorcaError,
} from '../../src/index.ts';

/** An hour at which nothing else happens. */
const START = 1_767_225_600_000;

const note = defineEvent('evt.letters.note', { data: z.object({ text: z.string() }) });

/** Processes that keep what they are told; `evt.letters.break` is more than they can bear. They rest after a minute. */
export const letters = createOrchestrator({
  name: 'letters',
  source: '/orch/letters',
  startOn: 'evt.letters.started',
  events: [note],
  machines: {
    '1.0.0': setup({
      types: {
        context: {} as { notes: readonly string[] },
        events: {} as { type: string; data: { text: string } },
      },
      actions: {
        note: assign({ notes: ({ context, event }) => [...context.notes, event.data.text] }),
        fail: () => {
          throw new Error('more than it can bear');
        },
      },
    }).createMachine({
      id: 'letters',
      context: { notes: [] },
      on: { 'evt.letters.note': { actions: 'note' }, 'evt.letters.break': { actions: 'fail' } },
      initial: 'Open',
      states: { Open: { after: { 60000: 'Resting' } }, Resting: {} },
    }),
  },
});

/** A command that asks for a text in capitals; an empty text cannot be had now. */
const shout = defineCommand('cmd.letters.shout', {
  input: z.object({ text: z.string() }),
  output: z.object({ text: z.string() }),
});

/** Answers `shout`, and counts how often it did. */
export function shouters() {
  const shouted: string[] = [];
  const fleet = createFleet({
    name: 'shouters',
    source: '/srvc/letters',
    handlers: [
      onCommand(shout, async ({ text }) => {
        if (text === '') throw new Error('there is nothing to shout');
        shouted.push(text);
        return { text: text.toUpperCase() };
      }),
    ],
  });
  return { fleet, shouted };
}

let lastId = 0;

/** An event with an id that no other has. */
export function told(
  what: string,
  subject: string,
  data?: unknown,
  part: Partial<CloudEvent> = {},
): CloudEvent {
  return {
    specversion: '1.0',
    id: `letter-${++lastId}`,
    source: '/test',
    type: `evt.letters.${what}`,
    subject,
    ...(data === undefined ? {} : { data }),
    ...part,
  };
}

/** A note for a process. */
export const noted = (subject: string, text: string) => told('note', subject, { text });

/** A command for a process. */
export const shouting = (subject: string, text: string) => told('', subject, { text }, { type: shout.type });

/** A platform that fails when it should, with a clock that stands still, and a log that keeps its entries. */
export function lettersWorld() {
  const time = { ms: START, now: () => time.ms };
  const trouble: { away: string | undefined; loadMs: number } = { away: undefined, loadMs: 0 };
  const reach = (id: string) => {
    if (trouble.away !== '*' && trouble.away !== id) return;
    throw new XorcaError('XORCA_UNAVAILABLE', `Table "secret-table" does not answer.`, {
      processId: id,
      retryable: true,
    });
  };
  const inner = memoryStore();
  const store: ProcessStore = {
    ...inner,
    async load(id) {
      time.ms += trouble.loadMs;
      reach(id);
      return inner.load(id);
    },
    async due(now, limit) {
      reach('*');
      return inner.due(now, limit);
    },
  };
  const publisher = memoryPublisher();
  const log: LogEntry[] = [];
  return {
    time,
    trouble,
    publisher,
    log,
    platform: { store, publisher, clock: time },
    /** Quiet, and with all of its time. */
    options: { log: (entry: LogEntry) => void log.push(entry), stopBefore: 0 },
  };
}
