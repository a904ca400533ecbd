import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  createOrchestrator,
  createRunner,
  memoryPublisher,
  type ProcessRecord,
  type ProcessStore,
} from '@xorca/core';
import { type SqliteStore, sqliteStore } from '@xorca/local';
import { setup } from 'xstate';
import { inTurns } from './measure.ts';
import { atMost, info, type Row } from './row.ts';
import { scratchFolder } from './scratch.ts';

const PENDING = [1_000, 1_000_000] as const;
const DUE = [1, 100] as const;
const ROUNDS = 25;
/** Flat within 20 %. */
const FLAT = 1.25;
/** Saves asked for at once: they share a transaction. */
const GROUP = 10_000;
const HOUR = 3_600_000;
const STARTED_AT = Date.UTC(2026, 0, 1);

/** Waits an hour, then is done. */
const waiting = createOrchestrator({
  name: 'waiting',
  machines: {
    '1': setup({}).createMachine({
      id: 'waiting',
      context: { order: 'opticks', note: 'Remind the customer unless the order was paid by then.' },
      initial: 'Waiting',
      states: { Waiting: { after: { [HOUR]: 'Done' } }, Done: { type: 'final' } },
    }),
  },
});

/** (h) What it costs to find and fire a few due timers among a million that are not due: milliseconds, however many wait. */
export async function timers(): Promise<Row[]> {
  const dir = scratchFolder();
  const stores: SqliteStore[] = [];
  try {
    const contenders: Record<string, () => Promise<number>> = {};
    for (const pending of PENDING) {
      const store = sqliteStore({ path: join(dir, `pending-${pending}.db`) });
      stores.push(store);
      await fillUp(store, pending);
      for (const due of DUE) Object.assign(contenders, measures(store, pending, due));
    }
    const figures = await inTurns(ROUNDS, contenders);
    return DUE.flatMap((due) => rowsOf(due, figures));
  } finally {
    for (const store of stores) store.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Real records, each a copy of one that a runner wrote, due at a moment of its own from a day after the start on. */
async function fillUp(store: ProcessStore, count: number): Promise<void> {
  const clock = { now: () => STARTED_AT };
  const runner = createRunner(waiting, { store, publisher: memoryPublisher(), clock });
  await runner.start({ id: 'template' });
  const template = (await store.load('template'))?.record as ProcessRecord;
  for (let from = 0; from < count; from += GROUP) {
    const saves = Array.from({ length: Math.min(GROUP, count - from) }, (_, n) => {
      const wakeAt = STARTED_AT + 24 * HOUR + (from + n) * 1_000;
      const body = template.body.replaceAll(String(template.wakeAt), String(wakeAt));
      return store.save({ ...template, id: `pending-${from + n}`, wakeAt, body }, undefined);
    });
    await Promise.all(saves);
  }
  await store.delete?.('template');
}

function measures(store: ProcessStore, pending: number, due: number): Record<string, () => Promise<number>> {
  let now = STARTED_AT;
  const runner = createRunner(waiting, { store, publisher: memoryPublisher(), clock: { now: () => now } });
  let serial = 0;
  const startSome = async () => {
    now = STARTED_AT;
    const ids = Array.from({ length: due }, () => `due-${due}-${serial++}`);
    await Promise.all(ids.map((id) => runner.start({ id })));
    now = STARTED_AT + HOUR;
  };
  const timed = async (work: () => Promise<number>) => {
    const from = performance.now();
    const found = await work();
    const spent = performance.now() - from;
    if (found !== due) throw new Error(`${due} were due, and ${found} were found`);
    return spent;
  };
  return {
    [`${pending} due ${due}`]: async () => {
      await startSome();
      return timed(async () => (await store.due(now, 100)).length);
    },
    // Fires those that the measure before it has left.
    [`${pending} wake ${due}`]: () => timed(async () => (await runner.wake()).woken),
  };
}

function rowsOf(due: number, figures: Readonly<Record<string, number>>): Row[] {
  const [few, many] = PENDING;
  const figure = (pending: number, what: string) => figures[`${pending} ${what} ${due}`] ?? Number.NaN;
  const some = due === 1 ? '1 due timer' : `${due} due timers`;
  return [
    atMost(`${some} among a million pending: to find`, figure(many, 'due'), 'ms', 10),
    info('  among a thousand', figure(few, 'due'), 'ms'),
    atMost(`${some} among a million pending: a whole wake`, figure(many, 'wake'), 'ms', 10 + due),
    info('  among a thousand', figure(few, 'wake'), 'ms'),
    atMost('  a million against a thousand', figure(many, 'wake') / figure(few, 'wake'), 'times', FLAT),
  ];
}
