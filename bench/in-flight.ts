import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CloudEvent,
  createCloudEvent,
  createOrchestrator,
  createRunner,
  defineCommand,
  fromCommand,
  memoryPublisher,
  memoryStore,
  type ProcessStore,
  type StandardSchema,
} from '@xorca/core';
import { sqliteStore } from '@xorca/local';
import { type AnyStateMachine, assign, createActor, enqueueActions, fromTransition, setup } from 'xstate';
import { inTurns } from './measure.ts';
import { atMost, info, type Row } from './row.ts';
import { scratchFolder } from './scratch.ts';

const IN_FLIGHT = [1, 10, 100, 1_000] as const;
const ROUNDS = 9;
/** Answers that one round times, whatever the size. */
const ANSWERS = 100;

// Takes all there is: a schema library's own time is not what is measured.
const anything: StandardSchema<unknown> = {
  '~standard': { version: 1, vendor: 'bench', validate: (value) => ({ value }) },
};
const check = defineCommand('cmd.regulations.check', { input: anything, output: anything });

/** Asks for each rule of a list at once, and counts the answers. */
const fanOut = createOrchestrator({
  name: 'fan-out',
  machines: {
    '1': setup({
      types: { context: {} as { answered: number; rules: number }, input: {} as { rules: number } },
      actors: { check: fromCommand(check, { timeout: '1h' }) },
    }).createMachine({
      id: 'fan-out',
      context: ({ input }) => ({ answered: 0, rules: input.rules }),
      entry: enqueueActions(({ context, enqueue }) => {
        for (let n = 0; n < context.rules; n++) {
          enqueue.spawnChild('check', { id: `rule-${n}`, input: { rule: `rule-${n}`, book: 'opticks' } });
        }
      }),
      on: { 'xstate.done.actor.*': { actions: assign({ answered: ({ context }) => context.answered + 1 }) } },
    }),
  },
});

/** (g) What an answer costs a process that waits for many: no worse than its record grows. */
export async function inFlight(): Promise<Row[]> {
  const dir = scratchFolder();
  const sqlite = sqliteStore({ path: join(dir, 'in-flight.db') });
  try {
    return [...(await onStore('memory', memoryStore())), ...(await onStore('SQLite', sqlite))];
  } finally {
    sqlite.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function onStore(name: string, store: ProcessStore): Promise<Row[]> {
  const records: Record<string, string> = {};
  const sizes = IN_FLIGHT.map(String);
  const figures = await inTurns(
    ROUNDS,
    Object.fromEntries(
      IN_FLIGHT.flatMap((size) => [
        [`${size}`, () => perAnswer(store, size, records)],
        [`bare ${size}`, async () => perBareStep(records[size] ?? '')],
      ]),
    ),
  );
  const cost = (size: string | undefined) => figures[String(size)] ?? Number.NaN;
  const bytes = (size: string | undefined) => records[String(size)]?.length ?? Number.NaN;
  return sizes.flatMap((size, at) => {
    const before = sizes[at - 1];
    const growth = (of: string) => cost(of + size) / cost(of + before) / (bytes(size) / bytes(before));
    return [
      info(`${Number(size).toLocaleString('en')} in flight on ${name}: an answer`, cost(size) * 1_000, 'µs'),
      info('  its record', bytes(size), 'bytes'),
      info('  an answer, for each byte of record', (cost(size) * 1_000_000) / bytes(size), 'ns'),
      info('  against bare xstate and JSON', cost(size) / cost(`bare ${size}`), 'times'),
      ...(before
        ? [
            atMost('  growth of cost against growth of record', growth(''), 'of it', 1),
            info('  the same of bare xstate and JSON', growth('bare '), 'of it'),
          ]
        : []),
    ];
  });
}

let processes = 0;

/** Milliseconds an answer takes while (nearly) as many commands as given are waited for: a tenth of them is answered. */
async function perAnswer(
  store: ProcessStore,
  size: number,
  records: Record<string, string>,
): Promise<number> {
  const publisher = memoryPublisher();
  const runner = createRunner(fanOut, { store, publisher });
  const each = Math.ceil(size / 10);
  const answers: CloudEvent[] = [];
  let id = '';
  while (answers.length < ANSWERS) {
    id = `p${processes++}`;
    await runner.start({ id, input: { rules: size } });
    answers.push(...publisher.published.splice(0).slice(0, each).map(answerTo));
  }
  // Through JSON, since a text that was put together is read more slowly.
  records[size] = JSON.parse(JSON.stringify((await store.load(id))?.record.body));
  const from = performance.now();
  for (const answer of answers) await runner.handle([answer]);
  return (performance.now() - from) / answers.length;
}

/** The same machine with actors that only wait, which xstate restores, moves and persists by itself. */
const bareFanOut: AnyStateMachine = setup({
  types: { context: {} as { answered: number } },
  actors: { check: fromTransition((state: unknown) => state, undefined) },
}).createMachine({
  id: 'fan-out',
  context: { answered: 0 },
  on: { answer: { actions: assign({ answered: ({ context }) => context.answered + 1 }) } },
});

/** Milliseconds that xstate and JSON alone take for a step on such a record. */
function perBareStep(record: string): number {
  const from = performance.now();
  for (let n = 0; n < ANSWERS; n++) {
    const body = JSON.parse(record) as { snapshot: never };
    const actor = createActor(bareFanOut, { snapshot: body.snapshot });
    actor.start();
    actor.send({ type: 'answer' });
    JSON.stringify({ ...body, snapshot: actor.getPersistedSnapshot() });
  }
  return (performance.now() - from) / ANSWERS;
}

function answerTo(command: CloudEvent): CloudEvent {
  return createCloudEvent({
    type: 'evt.regulations.check.success',
    source: '/srvc/regulations',
    subject: command.subject as string,
    causationid: command.id,
    data: { passed: true },
  });
}
