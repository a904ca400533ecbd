import { PGlite } from '@electric-sql/pglite';
import { expect, it } from 'vitest';
import { pglite } from '../test/support/database.ts';
import { record } from '../test/support/record.ts';
import { createTables, postgresSchema } from './postgres-schema.ts';
import { postgresStore } from './postgres-store.ts';

const database = pglite();

it('makes the tables once, however often and by however many it is called', async () => {
  const { client, schema } = await database.place(false);
  await Promise.all(Array.from({ length: 4 }, () => createTables(client, { schema })));
  const store = postgresStore({ client, schema });
  await store.save(record('p'), undefined);
  await createTables(client, { schema });
  expect((await store.load('p'))?.record).toEqual(record('p'));
});

it('keeps tables with another prefix apart', async () => {
  const { client, schema } = await database.place();
  const prefix = 'Mixed_Case_';
  await createTables(client, { schema, prefix });
  const [one, other] = [postgresStore({ client, schema }), postgresStore({ client, schema, prefix })];
  await one.save(record('p', { body: 'one' }), undefined);
  await other.save(record('p', { body: 'other' }), undefined);
  expect((await one.load('p'))?.record.body).toBe('one');
  expect((await other.load('p'))?.record.body).toBe('other');
});

it('gives the same tables as text, for migrations', async () => {
  const db = new PGlite();
  await db.exec(postgresSchema());
  const store = postgresStore({ client: db });
  await store.save(record('p'), undefined);
  expect(await store.due(0, 1)).toEqual([]);
  const shape = `SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS type FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = $1::regnamespace AND a.attnum > 0 ORDER BY 1, 2`;
  const { client, schema } = await database.place();
  const [text, made] = [await db.query(shape, ['public']), await client.query(shape, [schema])];
  expect(text.rows).toEqual(made.rows);
  expect(text.rows.length).toBeGreaterThan(20);
  await db.close();
});

it('says so when the schema is not there, and refuses a name that cannot be one', async () => {
  const missing = createTables(database.client, { schema: 'not_there' });
  await expect(missing).rejects.toMatchObject({
    code: 'XORCA_CONFIG',
    message: expect.stringContaining('schema "not_there" does not exist'),
  });
  expect(() => postgresSchema({ schema: 'a b' })).toThrow('schema of postgresSchema must be letters');
  expect(() => postgresSchema({ prefx: 'x_' } as object)).toThrow('Did you mean "prefix"?');
});
