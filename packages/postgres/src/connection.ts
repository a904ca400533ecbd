import { XorcaError } from '@xorca/core';
import { messageOf } from '@xorca/core/backend';
import type { PostgresClient } from './client.ts';
import { gaveWay, postgresError } from './postgres-errors.ts';

/** The database as the ports ask it. */
export interface Connection {
  /** Runs one statement and gives its rows; again where it gave way to another one. Fails as `postgresError` says. */
  ask<Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Closes the pool if one was made here. */
  close(): Promise<void>;
}

interface Pool extends PostgresClient {
  end(): Promise<void>;
}

// Longer than a connection within a region takes, also to a database that is waking up; shorter than a function lives.
const CONNECT_MS = 10_000;
// A server that vanished answers nothing, and TCP waits for hours. No statement here takes seconds.
const ANSWER_MS = 30_000;

/** The database of a port's options; `XORCA_CONFIG` unless they name exactly one. */
export function connect(options: Partial<Record<'client' | 'url', unknown>>, where: string): Connection {
  const { client, url } = options;
  if ((client === undefined) === (url === undefined)) {
    throw new XorcaError('XORCA_CONFIG', `${where} needs either a client or a url.`);
  }
  if (client !== undefined) return given(client as PostgresClient, where);
  if (typeof url !== 'string' || url === '') {
    throw new XorcaError('XORCA_CONFIG', `url of ${where} must be a connection string of Postgres.`);
  }
  return lazy(url, where);
}

function given(client: PostgresClient, where: string): Connection {
  if (typeof client.query !== 'function') {
    throw new XorcaError(
      'XORCA_CONFIG',
      `client of ${where} has no method query: pass a Pool of pg, or a PGlite.`,
    );
  }
  return { ask: (text, values) => query(client, text, values), async close() {} };
}

function lazy(url: string, where: string): Connection {
  let pool: Promise<Pool> | undefined;
  let closed = false;
  return {
    async ask(text, values) {
      if (closed) throw new XorcaError('XORCA_CONFIG', `${where} was closed before this call.`);
      pool ??= open(url, where);
      return query(await pool, text, values);
    },
    async close() {
      if (closed) return;
      closed = true;
      await (await pool)?.end();
    },
  };
}

async function open(url: string, where: string): Promise<Pool> {
  const pg = await import('pg').catch((cause: unknown) => {
    throw new XorcaError(
      'XORCA_CONFIG',
      `${where} has a url, and the package pg, which connects to it, cannot be loaded: ${messageOf(cause)}. Install pg, or pass a client.`,
      { cause },
    );
  });
  const pool = new pg.default.Pool({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
    // An idle connection keeps no program alive.
    allowExitOnIdle: true,
  });
  // A connection that breaks while nobody uses it; the pool has let it go already. Unheard, it would end the program.
  pool.on('error', () => {});
  return pool;
}

// Where the default isolation is stricter than READ COMMITTED, a statement that comes second fails, and has done nothing: once more, it
// sees what the first one left. Each failure is somebody else's success, so a crowd needs as many tries as it has members.
const TRIES = 30;

async function query<Row>(
  client: PostgresClient,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  for (let tries = 1; ; tries++) {
    try {
      return (await client.query(text, [...values])).rows as readonly Row[];
    } catch (error) {
      if (tries === TRIES || !gaveWay(error)) throw postgresError(error);
    }
  }
}
