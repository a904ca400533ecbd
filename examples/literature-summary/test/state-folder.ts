import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createRunner, memoryPublisher, type Orchestrator } from '@xorca/core';
import { sqliteStore } from '@xorca/local';
import { literatureSummary } from '../src/orchestrator.ts';

/** All that runs of the program left in a folder and that is not a time: processes, pages, undelivered events. */
export async function outcome(dir: string, orchestrator: Orchestrator = literatureSummary): Promise<unknown> {
  const store = sqliteStore({ path: join(dir, 'xorca.db') });
  try {
    const runner = createRunner(orchestrator, { store, publisher: memoryPublisher() });
    const { items } = await runner.list({ orchestrator: orchestrator.name });
    const processes = await Promise.all(
      items.map(async ({ id }) => {
        const { status, value, context, outbox, timers, problem } = (await runner.get(id)) ?? {};
        // How many events the process decided to send, each time it took a step: one more, and a step was done twice.
        const { counter } = JSON.parse((await store.load(id))?.record.body ?? '{}');
        return { id, status, value, context, outbox, timers, problem, counter };
      }),
    );
    const pages = (await readdir(join(dir, 'pages'))).filter((name) => name.endsWith('.txt')).sort();
    return { processes, pages, deliveries: rows(dir)['xorca_delivery'] };
  } finally {
    store.close();
  }
}

/** Every row of every table of the SQLite file. Dead letters are deliveries, too. */
export function rows(dir: string): Record<string, unknown[]> {
  const db = new DatabaseSync(join(dir, 'xorca.db'), { readOnly: true });
  try {
    const tables = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`).all();
    return Object.fromEntries(tables.map(({ name }) => [name, db.prepare(`SELECT * FROM "${name}"`).all()]));
  } finally {
    db.close();
  }
}
