import { PGlite } from '@electric-sql/pglite';
import { Pool } from 'pg';
import { afterAll } from 'vitest';
import { createTables, type PostgresClient } from '../../src/index.ts';

/** A server to test on beside PGlite. Each case gets a schema of its own there, which is dropped in the end. */
export const SERVER_URL = process.env['XORCA_POSTGRES_URL'];

/** What a port is made with: a client, and a schema with fresh tables. */
export interface Place {
  readonly client: PostgresClient;
  readonly schema: string;
}

/** A database for the cases of one test file. */
export interface TestDatabase {
  readonly client: PostgresClient;
  /** A schema of its own, with the tables unless they are not wanted. */
  place(tables?: boolean): Promise<Place>;
}

/** Postgres itself, compiled to run in this program: one connection, so no two statements ever overlap. */
export function pglite(setting?: string): TestDatabase {
  const db = new PGlite();
  afterAll(() => db.close());
  const ready = setting === undefined ? undefined : db.exec(setting);
  return testDatabase({
    async query(text, values) {
      await ready;
      return db.query(text, values);
    },
  });
}

/** A server, over a pool of 16 connections. */
export function server(url: string, options?: string): TestDatabase {
  const pool = new Pool({ connectionString: url, max: 16, ...(options === undefined ? {} : { options }) });
  const made: string[] = [];
  afterAll(async () => {
    for (const schema of made) await pool.query(`DROP SCHEMA "${schema}" CASCADE`);
    await pool.end();
  });
  return testDatabase(pool, made);
}

let schemas = 0;

function testDatabase(client: PostgresClient, made: string[] = []): TestDatabase {
  return {
    client,
    async place(tables = true) {
      const schema = `xorca_test_${process.pid}_${Date.now()}_${++schemas}`;
      await client.query(`CREATE SCHEMA "${schema}"`);
      made.push(schema);
      if (tables) await createTables(client, { schema });
      return { client, schema };
    },
  };
}
