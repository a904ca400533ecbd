import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { isXorcaError, XorcaError } from '@xorca/core';
import { assertOptions } from '@xorca/core/backend';
import { type CommitOptions, groupCommit, type Transaction } from './group-commit.ts';
import { cannotOpen, isBusy, isClosed, sqliteCode, unavailable } from './sqlite-errors.ts';
import { applySchema } from './sqlite-schema.ts';

/** Options of `sqliteDatabase`. */
export interface SqliteDatabaseOptions {
  /** The file; made with its folder when it is not there. `':memory:'` keeps everything in this program. */
  readonly path: string;
}

/** An open database file, for `sqliteStore`, `localLock` and `localBus` to share. */
export interface SqliteDatabase {
  /** The file's absolute path, or `':memory:'`. */
  readonly path: string;
  /**
   * Runs a write in one transaction with the others asked for in the same turn of the event loop, and answers when it is on the disk.
   * A work that throws rejects alone; `XORCA_UNAVAILABLE` (retryable, nothing changed) when the whole transaction fails.
   */
  commit<T>(work: () => T, options?: CommitOptions): Promise<T>;
  /**
   * Runs a write of one statement at once; it is on the disk when this returns. Blocks the whole program for that, so it is for
   * what happens seldom. `XORCA_UNAVAILABLE` (nothing changed) when the file does not take it.
   */
  writeNow<T>(work: () => T): T;
  /** Runs a read at once; `XORCA_UNAVAILABLE` when the file cannot be read now. */
  read<T>(work: () => T): T;
  /** A statement, prepared once for each text. Rows are arrays, which Node makes nearly twice as fast as objects. */
  prepare(sql: string): StatementSync;
  /** Writes what is queued and closes the file. */
  close(): void;
}

// How long a write waits for another process before it gives up: longer than any group commit takes, also on a slow disk.
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens a SQLite file in WAL mode with `synchronous=FULL`: what `commit` answered survives a crash of the machine. Many processes
 * may share a file. Throws `XORCA_CONFIG` for a file it cannot write or whose schema is newer than this program.
 *
 * @example
 * const database = sqliteDatabase({ path: 'data/xorca.db' })
 */
export function sqliteDatabase(options: SqliteDatabaseOptions): SqliteDatabase {
  assertOptions(options, ['path'], 'sqliteDatabase');
  if (typeof options.path !== 'string' || options.path === '') {
    throw new XorcaError('XORCA_CONFIG', 'sqliteDatabase needs a path.');
  }
  const path = options.path === ':memory:' ? options.path : resolve(options.path);
  const db = open(path);
  const statements = new Map<string, StatementSync>();
  const group = groupCommit(transaction(db), (cause) => fault(path, cause));

  function attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw fault(path, error);
    }
  }

  return {
    path,
    commit: group.commit,
    // No transaction is open here: a group is begun and committed within one turn of the event loop.
    writeNow: attempt,
    read: attempt,
    prepare(sql) {
      let statement = statements.get(sql);
      if (!statement) {
        statement = db.prepare(sql);
        statement.setReturnArrays(true);
        statements.set(sql, statement);
      }
      return statement;
    },
    close() {
      if (!db.isOpen) return;
      group.flush();
      db.close();
    },
  };
}

function open(path: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    db = new DatabaseSync(path);
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    useWal(db);
    db.exec('PRAGMA synchronous = FULL');
    applySchema(db, path);
    return db;
  } catch (error) {
    if (db?.isOpen) db.close();
    throw isXorcaError(error) ? error : cannotOpen(path, error);
  }
}

// Two programs that make one file at the same time: SQLite calls no busy handler where it sees a deadlock coming, so wait here.
function useWal(db: DatabaseSync): void {
  for (let waited = 0; ; waited += 10) {
    try {
      db.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || waited >= BUSY_TIMEOUT_MS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function transaction(db: DatabaseSync): Transaction {
  const [begin, commit, savepoint, undo, release] = [
    'BEGIN IMMEDIATE',
    'COMMIT',
    'SAVEPOINT part',
    'ROLLBACK TO part',
    'RELEASE part',
  ].map((sql) => db.prepare(sql)) as [
    StatementSync,
    StatementSync,
    StatementSync,
    StatementSync,
    StatementSync,
  ];
  return {
    begin: () => void begin.run(),
    commit: () => void commit.run(),
    rollback() {
      try {
        db.exec('ROLLBACK');
      } catch {
        // There is no transaction any more: it never began, or SQLite rolled it back by itself.
      }
    },
    apart(work) {
      savepoint.run();
      try {
        const value = work();
        release.run();
        return value;
      } catch (error) {
        // Fails where SQLite ended the whole transaction; the first error says why.
        try {
          undo.run();
          release.run();
        } catch {}
        throw error;
      }
    },
  };
}

function fault(path: string, error: unknown): Error {
  if (sqliteCode(error) !== undefined) return unavailable(path, error);
  if (isClosed(error)) {
    return new XorcaError('XORCA_CONFIG', `The database ${path} was closed before this call.`, {
      cause: error,
    });
  }
  return error instanceof Error ? error : new Error(String(error));
}
