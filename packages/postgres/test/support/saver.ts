import { PGlite } from '@electric-sql/pglite';
import { type PostgresClient, postgresStore } from '@xorca/postgres';
import { Client } from 'pg';
import { checksum } from './checksum.ts';

// Counts in a record as fast as it can, and says so after each save. It may be killed at any moment.
const [where = '', schema = ''] = process.argv.slice(2);
const client = await open();
const store = postgresStore({ client, schema });
console.log('ready');
for (;;) {
  const stored = await store.load('counter');
  if (!stored) throw new Error('the counter is gone');
  const n = Number(stored.record.states[0]) + 1;
  // Large enough that a kill meets it half sent, half written.
  const text = `${n} `.repeat(60_000);
  const record = {
    ...stored.record,
    states: [String(n)],
    wakeAt: n,
    revision: n,
    body: checksum(text) + text,
  };
  await store.save(record, stored.revision);
  console.log(n);
}

async function open(): Promise<PostgresClient> {
  if (!where.startsWith('postgres')) return PGlite.create(where);
  const connection = new Client({ connectionString: where });
  await connection.connect();
  return connection;
}
