import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { closing, tempFolder } from '../test/support/temp-folder.ts';
import { versionOneFile } from '../test/support/version-one-file.ts';
import { sqliteDatabase } from './sqlite-database.ts';
import { sqliteStore } from './sqlite-store.ts';

const old = {
  id: 'p',
  orchestrator: 'books',
  version: '1',
  status: 'active' as const,
  states: [],
  stuck: false,
  revision: 7,
  wakeAt: 5,
  updatedAt: 6,
  body: 'old',
};

async function versionOne(): Promise<string> {
  const path = join(await tempFolder(), 'xorca.db');
  versionOneFile(path, 'old');
  return path;
}

describe('a SQLite file of schema 1', () => {
  it('is upgraded in place: its processes stay, in no state that it knows of and not stuck', async () => {
    const path = await versionOne();
    const store = closing(sqliteStore({ path }));
    const stored = await store.load('p');
    expect(stored).toEqual({ record: old, revision: '1.3' });
    const { body: _, ...summary } = old;
    expect((await store.list({ stuck: false, updatedBefore: 7 })).items).toEqual([summary]);
    expect(await store.due(5, 1)).toEqual(['p']);
    const next = { ...old, states: ['Running'], stuck: true, revision: 8 };
    await store.save(next, stored?.revision);
    expect((await store.list({ state: 'Running', stuck: true })).items).toHaveLength(1);
    store.close();
    expect((await closing(sqliteStore({ path })).load('p'))?.record).toEqual(next);
  });

  it('has the tables, columns and indexes of a new file afterwards', async () => {
    const path = await versionOne();
    closing(sqliteDatabase({ path }));
    const fresh = join(await tempFolder(), 'new.db');
    closing(sqliteDatabase({ path: fresh }));
    expect(shapeOf(path)).toEqual(shapeOf(fresh));
    expect(shapeOf(path)).toContainEqual(expect.objectContaining({ tbl: 'xorca_journal', name: 'entry' }));
  });

  it('can be opened by many at once', async () => {
    const path = await versionOne();
    const stores = [1, 2, 3].map(() => closing(sqliteStore({ path })));
    for (const store of stores) expect((await store.load('p'))?.record).toEqual(old);
  });

  it('is left as it was when the upgrade cannot be made', async () => {
    const path = await versionOne();
    const db = closing(new DatabaseSync(path));
    db.exec('CREATE TABLE xorca_journal (mine)');
    const before = shapeOf(path);
    expect(() => sqliteDatabase({ path })).toThrow(expect.objectContaining({ code: 'XORCA_CONFIG' }));
    expect(shapeOf(path)).toEqual(before);
    expect(db.prepare('PRAGMA user_version').get()?.['user_version']).toBe(1);
  });
});

// Columns without their place: an upgrade can only put new ones behind the old.
function shapeOf(path: string): unknown[] {
  const db = closing(new DatabaseSync(path));
  return db
    .prepare(
      `SELECT t.name AS tbl, c.name, c.type, c."notnull", c.dflt_value, c.pk
       FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type IN ('table', 'index')
       ORDER BY t.name, c.name`,
    )
    .all();
}
