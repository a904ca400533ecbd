import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createRunner, memoryPublisher, memoryStore, type ProcessStore } from '@xorca/core';
import { sqliteStore } from '@xorca/local';
import { inTurns, rate } from './measure.ts';
import { atLeast, info, type Row } from './row.ts';
import { scratchFolder } from './scratch.ts';
import { nextEvent, ringOrchestrator } from './subjects.ts';

const SIZES = [1_000, 100_000, 1_000_000] as const;
const LIVES = [10, 10_000] as const;
/** Flat within 20 %. */
const FLAT = 0.8;

/** (d) What a step costs among many processes, and late in a long life. */
export async function growth(): Promise<Row[]> {
  const dir = scratchFolder();
  try {
    return [...(await amongMany(dir)), ...(await lateInLife())];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function amongMany(dir: string): Promise<Row[]> {
  const steppers: Record<string, () => Promise<number>> = {};
  for (const size of SIZES) {
    const path = join(dir, `rows-${size}.db`);
    const store = sqliteStore({ path });
    const runner = createRunner(ringOrchestrator, { store, publisher: memoryPublisher() });
    await runner.handle([nextEvent('template', 'evt.start')]);
    multiply(path, size);
    let n = 0;
    // Far apart, so that each step meets pages that no earlier step has just touched.
    steppers[size] = () =>
      rate(300, () => runner.handle([nextEvent(`r${(n++ * 7_919) % size}`, 'evt.next')]));
  }
  const figures = await inTurns(7, steppers);
  const rows: Row[] = SIZES.map((size) =>
    info(
      `steps on SQLite among ${size.toLocaleString('en')} processes`,
      figures[String(size)] ?? 0,
      'steps/s',
    ),
  );
  const [least, , most] = SIZES.map((size) => figures[String(size)] ?? 0);
  return [...rows, atLeast('  a million against a thousand', (most ?? 0) / (least ?? 1), 'of it', FLAT)];
}

/** Copies the template row in SQL: a million starts would take longer than all the rest. */
function multiply(path: string, size: number): void {
  const db = new DatabaseSync(path);
  db.exec(`
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${size})
    INSERT INTO xorca_process (key, saves, id, orchestrator, version, status, revision, wake_at, updated_at, body)
    SELECT 'r' || i, 1, id, orchestrator, version, status, revision, CASE WHEN i % 10 = 0 THEN 9000000000000 + i END, updated_at, body
    FROM n, xorca_process WHERE key = 'template'`);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
}

async function lateInLife(): Promise<Row[]> {
  const steppers: Record<string, () => Promise<number>> = {};
  const bytes: Record<string, number> = {};
  for (const life of LIVES) {
    const store = memoryStore();
    const runner = createRunner(ringOrchestrator, { store, publisher: memoryPublisher() });
    await runner.handle([nextEvent('p', 'evt.start')]);
    for (let n = 0; n < life; n++) await runner.handle([nextEvent('p', 'evt.next')]);
    bytes[life] = (await store.load('p'))?.record.body.length ?? 0;
    steppers[life] = () => rate(4_000, stepInPlace(store, runner));
  }
  const figures = await inTurns(9, steppers);
  const [young = 10, old = 10_000] = LIVES;
  return [
    info('steps on memory after 10 events', figures[young] ?? 0, 'steps/s'),
    atLeast('  after 10,000 events against that', (figures[old] ?? 0) / (figures[young] ?? 1), 'of it', FLAT),
    info('record after 10 events', bytes[young] ?? 0, 'bytes'),
    info('record after 10,000 events (100 remembered inputs)', bytes[old] ?? 0, 'bytes'),
  ];
}

/** Steps of which none is kept, so that the process stays as old as it is. */
function stepInPlace(
  store: ProcessStore,
  runner: { handle(events: readonly unknown[]): Promise<unknown> },
): () => Promise<unknown> {
  const frozen = store.load('p');
  return async () => {
    await runner.handle([nextEvent('p', 'evt.next')]);
    const [before, now] = [await frozen, await store.load('p')];
    if (before && now) await store.save(before.record, now.revision);
  };
}
