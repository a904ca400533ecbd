import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { closing, tempFolder } from '../test/support/temp-folder.ts';
import { sqliteDatabase } from './sqlite-database.ts';

async function open() {
  const database = closing(sqliteDatabase({ path: join(await tempFolder(), 'deep', 'er', 'xorca.db') }));
  const insert = database.prepare('INSERT INTO xorca_lease (key, expires_at) VALUES (?, 0)');
  const keys = () => database.prepare('SELECT key FROM xorca_lease ORDER BY key').all().flat();
  return { database, insert, keys };
}

describe('sqliteDatabase', () => {
  it('writes what is asked for in one turn as one transaction', async () => {
    const { database, insert, keys } = await open();
    const seen: unknown[] = [];
    const writes = ['a', 'b', 'c'].map((key) =>
      database.commit(() => {
        insert.run(key);
        seen.push(keys().length);
      }),
    );
    const other = closing(new DatabaseSync(database.path));
    const last = database.commit(() => seen.push(other.prepare('SELECT * FROM xorca_lease').all().length));
    await Promise.all([...writes, last]);
    expect(seen).toEqual([1, 2, 3, 0]);
    expect(other.prepare('SELECT * FROM xorca_lease').all()).toHaveLength(3);
  });

  it('lets a work that throws spoil none of its neighbours', async () => {
    const { database, insert, keys } = await open();
    const results = await Promise.allSettled([
      database.commit(() => insert.run('a')),
      database.commit(() => {
        throw new Error('mine alone');
      }),
      database.commit(() => insert.run('a')),
      database.commit(
        () => {
          insert.run('half');
          throw new Error('after a write');
        },
        { savepoint: true },
      ),
      database.commit(() => insert.run('b')),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(results[3]).toMatchObject({ reason: { message: 'after a write' } });
    expect(keys()).toEqual(['a', 'b']);
  });

  it('rejects all of a group, to be tried again, when COMMIT fails', async () => {
    const { database, insert, keys } = await open();
    database.prepare('PRAGMA foreign_keys = ON').get();
    await database.commit(() => {
      database.prepare('CREATE TABLE parent (id INTEGER PRIMARY KEY)').run();
      database.prepare('CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED)').run();
    });
    const results = await Promise.allSettled([
      database.commit(() => insert.run('a')),
      database.commit(() => database.prepare('INSERT INTO child VALUES (7)').run()),
    ]);
    for (const result of results) {
      expect(result).toMatchObject({ reason: { code: 'XORCA_UNAVAILABLE', retryable: true } });
    }
    expect(keys()).toEqual([]);
    await database.commit(() => insert.run('a'));
    expect(keys()).toEqual(['a']);
  });

  it('writes more than one group holds', async () => {
    const { database, insert, keys } = await open();
    await Promise.all(Array.from({ length: 1_100 }, (_, n) => database.commit(() => insert.run(`${n}`))));
    expect(keys()).toHaveLength(1_100);
  });

  it('opens a file twice, also while it is new', async () => {
    const path = join(await tempFolder(), 'xorca.db');
    const one = closing(sqliteDatabase({ path }));
    const two = closing(sqliteDatabase({ path }));
    await one.commit(() => one.prepare("INSERT INTO xorca_lease (key, expires_at) VALUES ('a', 0)").run());
    expect(two.prepare('SELECT key FROM xorca_lease').all()).toEqual([['a']]);
  });

  it('refuses a schema newer than its own, a file that is none, and a folder it cannot write', async () => {
    const folder = await tempFolder();
    const newer = new DatabaseSync(join(folder, 'newer.db'));
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    await writeFile(join(folder, 'text.db'), 'This is no database, but a text of some length.'.repeat(99));
    for (const name of ['newer.db', 'text.db', 'text.db/x.db']) {
      expect(() => sqliteDatabase({ path: join(folder, name) }), name).toThrow(
        expect.objectContaining({ code: 'XORCA_CONFIG' }),
      );
    }
    expect(() => sqliteDatabase({ path: '' })).toThrow('path');
  });
});
