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
import { assign, enqueueActions, setup } from 'xstate';
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
export const check = defineCommand('cmd.regulations.check', { input: anything, output: anything });

/** Asks for each rule of a list at once, and counts the answers. */
export const fanOut = createOrchestrator({
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
  const bytes: Record<string, number> = {};
  const costs = await inTurns(
    ROUNDS,
    Object.fromEntries(IN_FLIGHT.map((size) => [size, () => perAnswer(store, size, bytes)])),
  );
  return IN_FLIGHT.flatMap((size, at) => {
    const [cost, length] = [costs[String(size)] ?? Number.NaN, bytes[size] ?? Number.NaN];
    const rows = [
      info(`${size.toLocaleString('en')} in flight on ${name}: an answer`, cost * 1_000, 'µs'),
      info('  its record', length, 'bytes'),
      info('  an answer, each byte of record', (cost * 1_000_000) / length, 'ns'),
    ];
    const before = IN_FLIGHT[at - 1];
    if (before === undefined) return rows;
    const [costBefore, lengthBefore] = [costs[String(before)] ?? Number.NaN, bytes[before] ?? Number.NaN];
    const growth = cost / costBefore / (length / lengthBefore);
    return [...rows, atMost('  growth of cost against growth of record', growth, 'of it', 1)];
  });
}

let processes = 0;

/** Milliseconds an answer takes while (nearly) as many commands as given are waited for: a tenth of them is answered. */
export async function perAnswer(store: ProcessStore, size: number, bytes: Record<string, number>): Promise<number> {
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
  bytes[size] = (await store.load(id))?.record.body.length ?? Number.NaN;
  const from = performance.now();
  for (const answer of answers) await runner.handle([answer]);
  return (performance.now() - from) / answers.length;
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
