import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createRunner, type Orchestrator } from '@xorca/core';
import { localBus, sqliteDatabase, sqliteStore } from '@xorca/local';
import { concurrentRate, inTurns, quantile, rate } from './measure.ts';
import { atLeast, info, type Row } from './row.ts';
import { scratchFolder } from './scratch.ts';
import { chattyOrchestrator, FOUR, fourOrchestrator, nextEvent, ringOrchestrator } from './subjects.ts';

const PROCESSES = 256;

/** (b) Durable steps, and (c) whole processes, on SQLite with fsync. */
export async function durable(): Promise<Row[]> {
  const dir = scratchFolder();
  try {
    return [...(await durableSteps(dir)), ...(await wholeProcesses(dir))];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function durableSteps(dir: string): Promise<Row[]> {
  const silent = await stepper(ringOrchestrator, join(dir, 'silent.db'));
  const chatty = await stepper(chattyOrchestrator, join(dir, 'chatty.db'));
  const upsert = bareUpserts(join(dir, 'bare.db'));
  const figures = await inTurns(7, {
    bare: () => rate(400, upsert),
    one: () => rate(400, silent),
    many: () => concurrentRate(4_000, 64, silent),
    chattyOne: () => rate(400, chatty),
    chattyMany: () => concurrentRate(4_000, 64, chatty),
  });
  return [
    info('bare SQLite: one upsert transaction an event, WAL, FULL', figures.bare, 'events/s'),
    info('xorca on SQLite, one step at a time', figures.one, 'steps/s'),
    atLeast('  against bare SQLite', figures.one / figures.bare, 'of it', 0.7),
    info('xorca on SQLite, 64 at once', figures.many, 'steps/s'),
    atLeast('  against one at a time (group commit)', figures.many / figures.one, 'times', 5),
    info(
      'with a command each, put into the durable bus as well: one at a time',
      figures.chattyOne,
      'steps/s',
    ),
    info('  against bare SQLite', figures.chattyOne / figures.bare, 'of it'),
    info('  64 at once', figures.chattyMany, 'steps/s'),
  ];
}

async function stepper(orchestrator: Orchestrator, path: string): Promise<(n: number) => Promise<unknown>> {
  const runner = createRunner(orchestrator, platform(path));
  await runner.handle(Array.from({ length: PROCESSES }, (_, n) => nextEvent(`p${n}`, 'evt.start')));
  const step = (n: number) => runner.handle([nextEvent(`p${n % PROCESSES}`, 'evt.next')]);
  // Warm the code up apart from the disk, so that one at a time is not measured with cold code.
  await concurrentRate(4_000, 64, step);
  return step;
}

async function wholeProcesses(dir: string): Promise<Row[]> {
  const runner = createRunner(fourOrchestrator, platform(join(dir, 'processes.db')));
  let serial = 0;
  const latencies: number[] = [];
  const process4 = async () => {
    const id = `q${serial++}`;
    for (const type of FOUR) {
      const from = performance.now();
      const [outcome] = await runner.handle([nextEvent(id, type)]);
      latencies.push(performance.now() - from);
      if (outcome?.status !== 'applied')
        throw new Error(`a step was ${outcome?.status}: ${outcome?.error?.message}`);
    }
  };
  await concurrentRate(1_500, 64, process4);
  const rows: Row[] = [];
  for (const [workers, count] of [
    [1, 250],
    [64, 8_000],
  ] as const) {
    latencies.length = 0;
    const cpuBefore = process.cpuUsage();
    const figure = await concurrentRate(count, workers, process4);
    const { user, system } = process.cpuUsage(cpuBefore);
    const name = `whole 4-event processes, ${workers} at once`;
    rows.push(workers === 64 ? atLeast(name, figure, 'per s', 2_000) : info(name, figure, 'per s'));
    rows.push(
      info('  a step, median', quantile(latencies, 0.5), 'ms'),
      info('  a step, 99 of 100', quantile(latencies, 0.99), 'ms'),
    );
    rows.push(info('  CPU a process', (user + system) / 1000 / count, 'ms'));
  }
  return rows;
}

/** Store and bus in one file. Nobody takes the commands: their rows are written, as for a fleet in another program. */
function platform(path: string) {
  const database = sqliteDatabase({ path });
  const bus = localBus({ database });
  // A subscriber that holds its first delivery for ever leaves the cost of writing, without that of a fleet.
  bus.subscribe({ name: 'fleet', types: ['cmd.*'], concurrency: 1, handler: () => new Promise(() => {}) });
  // As localPlatform does, a runner remembers the records it saved last.
  return { store: sqliteStore({ database, bus }), publisher: bus, warm: 1_000 };
}

function bareUpserts(path: string): (n: number) => void {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = FULL');
  db.exec('CREATE TABLE floor (id TEXT PRIMARY KEY, body TEXT NOT NULL)');
  const upsert = db.prepare(
    'INSERT INTO floor VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body',
  );
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  let serial = 0;
  return (n) => {
    begin.run();
    // A new body each time: SQLite writes nothing, and syncs nothing, for a row that stays the same.
    upsert.run(`p${n % PROCESSES}`, `${serial++}`.padEnd(2_600, 'x'));
    commit.run();
  };
}
