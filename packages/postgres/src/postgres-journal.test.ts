import type { JournalEntry } from '@xorca/core';
import { journalContract } from '@xorca/testing';
import { describe, expect, it } from 'vitest';
import { pglite } from '../test/support/database.ts';
import { postgresJournal } from './postgres-journal.ts';

const database = pglite();

const entry = (revision: number, step = 0): JournalEntry => ({
  revision,
  step,
  at: revision,
  orchestrator: 'books',
  version: '1',
  input: { kind: 'start' },
  after: { status: 'active', value: 'A', context: {} },
  effects: [],
  attempt: 1,
});

async function steps(entries: AsyncIterable<JournalEntry>): Promise<string[]> {
  const found: string[] = [];
  for await (const { revision, step } of entries) found.push(`${revision}.${step}`);
  return found;
}

describe('postgresJournal', () => {
  for (const { name, show } of journalContract) {
    it(name, async () =>
      expect(
        await show(async (options) => postgresJournal({ ...(await database.place()), ...options })),
        'what it would need',
      ).toBeUndefined(),
    );
  }

  it('keeps no more than its count between two prunes, and a count set later holds for more than a page', async () => {
    const place = await database.place();
    const few = postgresJournal({ ...place, retention: { count: 2 } });
    for (const revision of [1, 2, 3]) await few.append('p', [entry(revision)]);
    expect(await steps(few.read('p'))).toEqual(['2.0', '3.0']);
    const all = postgresJournal(place);
    const ids = Array.from({ length: 230 }, (_, n) => `q${n}`);
    await Promise.all(ids.map((id) => all.append(id, [entry(1), entry(2), entry(3)])));
    const one = postgresJournal({ ...place, retention: { count: 1 } });
    expect(await one.prune?.(0)).toBe(461);
    for (const id of ['p', ...ids]) expect(await steps(one.read(id))).toEqual(['3.0']);
    expect(await one.prune?.(0)).toBe(0);
  });

  it('drops by age more than one statement does', async () => {
    const journal = postgresJournal({ ...(await database.place()), retention: { age: 1_000 } });
    const save = Array.from({ length: 2_300 }, (_, step) => entry(5, step));
    await journal.append('p', save);
    await journal.append('p', [entry(2_000)]);
    expect(await journal.prune?.(1_005)).toBe(0);
    expect(await journal.prune?.(1_006)).toBe(2_300);
    expect(await steps(journal.read('p'))).toEqual(['2000.0']);
  });

  it('says which step cannot be read, and leaves it', async () => {
    const { client, schema } = await database.place();
    const journal = postgresJournal({ client, schema });
    await journal.append('p', [entry(1), entry(2)]);
    const damage = (text: string) =>
      client.query(`UPDATE "${schema}".xorca_journal SET entry = $1 WHERE revision = 2`, [text]);
    for (const text of ['{', '7', JSON.stringify(entry(3))]) {
      await damage(text);
      await expect(steps(journal.read('p'))).rejects.toMatchObject({
        code: 'XORCA_CORRUPT_RECORD',
        message: expect.stringContaining('p, revision 2, step 0'),
      });
    }
  });
});
