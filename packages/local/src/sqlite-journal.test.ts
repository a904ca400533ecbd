import { join } from 'node:path';
import type { JournalEntry } from '@xorca/core';
import { journalContract } from '@xorca/testing';
import { describe, expect, it } from 'vitest';
import { closing, tempFolder } from '../test/support/temp-folder.ts';
import { sqliteDatabase } from './sqlite-database.ts';
import { sqliteJournal } from './sqlite-journal.ts';
import { sqliteStore } from './sqlite-store.ts';

const entry = (revision: number, at = revision): JournalEntry => ({
  revision,
  step: 0,
  at,
  orchestrator: 'books',
  version: '1',
  input: { kind: 'start' },
  after: { status: 'active', value: 'A', context: {} },
  effects: [],
  attempt: 1,
});

async function path(): Promise<string> {
  return join(await tempFolder(), 'xorca.db');
}

async function revisions(entries: AsyncIterable<JournalEntry>): Promise<number[]> {
  const found: number[] = [];
  for await (const { revision } of entries) found.push(revision);
  return found;
}

describe('sqliteJournal', () => {
  for (const { name, run } of journalContract) {
    it(name, () => run(async (options) => closing(sqliteJournal({ path: await path(), ...options }))));
  }

  it('keeps what it took over a close, and no more than its count between two prunes', async () => {
    const file = await path();
    const first = sqliteJournal({ path: file, retention: { count: 2 } });
    for (const revision of [1, 2, 3]) await first.append('p', [entry(revision)]);
    first.close();
    expect(await revisions(closing(sqliteJournal({ path: file })).read('p'))).toEqual([2, 3]);
  });

  it('holds a count that is set later, for all of more processes than one page of them', async () => {
    const database = closing(sqliteDatabase({ path: await path() }));
    const everything = sqliteJournal({ database });
    const ids = Array.from({ length: 450 }, (_, n) => `p${n}`);
    await Promise.all(ids.map((id) => everything.append(id, [entry(1), entry(2), entry(3)])));
    const journal = sqliteJournal({ database, retention: { count: 1 } });
    expect(await journal.prune?.(0)).toBe(900);
    for (const id of ids) expect(await revisions(journal.read(id))).toEqual([3]);
    expect(await journal.prune?.(0)).toBe(0);
  });

  it('shares a file, and its one transaction, with a store', async () => {
    const database = closing(sqliteDatabase({ path: await path() }));
    const store = sqliteStore({ database });
    const journal = sqliteJournal({ database });
    const record = {
      id: 'p',
      orchestrator: 'books',
      version: '1',
      status: 'active' as const,
      states: ['A'],
      stuck: false,
      revision: 1,
      wakeAt: null,
      updatedAt: 0,
      body: '',
    };
    await Promise.all([store.save(record, undefined), journal.append('p', [entry(1)])]);
    await store.delete?.('p');
    expect(await revisions(journal.read('p'))).toEqual([1]);
    journal.close();
    expect(await store.load('p')).toBeUndefined();
  });

  it('names process, revision and step of a row that is damaged, and gives what comes before it', async () => {
    for (const [damage, id] of [
      ['{"revision":', 'p'],
      ['[]', 'p'],
      [JSON.stringify(entry(1)), 'P/1'],
    ] as const) {
      const database = closing(sqliteDatabase({ path: await path() }));
      const journal = sqliteJournal({ database });
      for (const revision of [1, 2, 3]) await journal.append(id, [entry(revision)]);
      database.prepare('UPDATE xorca_journal SET entry = ? WHERE revision = 2').run(damage);
      const found: number[] = [];
      const reading = async () => {
        for await (const { revision } of journal.read(id)) found.push(revision);
      };
      await expect(reading()).rejects.toMatchObject({
        code: 'XORCA_CORRUPT_RECORD',
        processId: id,
        message: expect.stringContaining('revision 2, step 0'),
      });
      expect(found).toEqual([1]);
      expect(await revisions(journal.read(id, 3))).toEqual([3]);
    }
  });

  it('answers XORCA_CONFIG after its file was closed', async () => {
    const journal = sqliteJournal({ path: await path() });
    journal.close();
    const config = { code: 'XORCA_CONFIG' };
    await expect(journal.append('p', [entry(1)])).rejects.toMatchObject(config);
    await expect(revisions(journal.read('p'))).rejects.toMatchObject(config);
    await expect(journal.processes()[Symbol.asyncIterator]().next()).rejects.toMatchObject(config);
  });

  it('refuses options it does not know', () => {
    expect(() => sqliteJournal({ paht: 'x' } as unknown as { path: string })).toThrow('path');
    expect(() => sqliteJournal({ path: ':memory:', retention: { aeg: 1 } as object })).toThrow('age');
  });
});
