import type { DatabaseSync } from 'node:sqlite';
import { XorcaError } from '@xorca/core';

// Goes up by one with each change; a program never writes to a schema newer than its own.
const SCHEMA_VERSION = 1;

// AUTOINCREMENT, because such a number is never given twice, not even after a delete: it tells a record that was made anew from
// its former life, and one lease from the next. Columns without a type take text or, for text with NUL, a blob.
const SCHEMA = `
  CREATE TABLE xorca_process (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    saves INTEGER NOT NULL,
    id,
    orchestrator NOT NULL,
    version NOT NULL,
    status TEXT NOT NULL,
    revision INTEGER NOT NULL,
    wake_at INTEGER,
    updated_at INTEGER NOT NULL,
    body NOT NULL
  );
  CREATE INDEX xorca_process_wake ON xorca_process (wake_at) WHERE wake_at IS NOT NULL;
  CREATE TABLE xorca_lease (
    fence INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL
  );
  CREATE TABLE xorca_subscription (
    name TEXT PRIMARY KEY,
    types TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE xorca_delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    subscription TEXT NOT NULL,
    lane TEXT NOT NULL,
    event TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    error,
    dead_at INTEGER
  );
  CREATE INDEX xorca_delivery_lane ON xorca_delivery (subscription, lane, seq) WHERE dead_at IS NULL;
`;

/** Makes the tables in a new file; `XORCA_CONFIG` for a file whose schema is newer than this program. */
export function applySchema(db: DatabaseSync, path: string): void {
  if (schemaVersion(db, path) === SCHEMA_VERSION) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    // Looked at again: another process may have made the tables while this one waited.
    if (schemaVersion(db, path) === 0) db.exec(`${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}`);
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

function schemaVersion(db: DatabaseSync, path: string): number {
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version <= SCHEMA_VERSION) return version;
  throw new XorcaError(
    'XORCA_CONFIG',
    `The database ${path} has schema ${version}; this version of @xorca/local knows ${SCHEMA_VERSION}. Upgrade @xorca/local, or name another file.`,
  );
}
