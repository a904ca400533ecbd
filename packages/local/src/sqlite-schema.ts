import type { DatabaseSync } from 'node:sqlite';
import { XorcaError } from '@xorca/core';

// Goes up by one with each change; a program never writes to a schema newer than its own.
const SCHEMA_VERSION = 2;

// Checked here, for one list that is no JSON would fail every query that looks into the lists.
const STATES = "states TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(states))";
const STUCK = 'stuck INTEGER NOT NULL DEFAULT 0';

// One row a step. An index beside the key, so that what is too old is found without reading what is kept.
const JOURNAL = `
  CREATE TABLE xorca_journal (
    key TEXT NOT NULL,
    revision INTEGER NOT NULL,
    step INTEGER NOT NULL,
    at INTEGER NOT NULL,
    id,
    entry TEXT NOT NULL,
    PRIMARY KEY (key, revision, step)
  );
  CREATE INDEX xorca_journal_at ON xorca_journal (at);
`;

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
    ${STATES},
    ${STUCK},
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
  ${JOURNAL}
`;

// What leads a file from the version before on to each version. In a file that was upgraded the new columns stand behind the
// body, so a list reads past it; in a new file they stand before it.
const UPGRADES: readonly (readonly [to: number, sql: string])[] = [
  [
    2,
    `ALTER TABLE xorca_process ADD COLUMN ${STATES};
     ALTER TABLE xorca_process ADD COLUMN ${STUCK};
     ${JOURNAL}`,
  ],
];

/** Makes the tables in a new file, upgrades an older one in place; `XORCA_CONFIG` for a schema newer than this program. */
export function applySchema(db: DatabaseSync, path: string): void {
  if (schemaVersion(db, path) === SCHEMA_VERSION) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    // Looked at again: another process may have made or upgraded the tables while this one waited.
    const version = schemaVersion(db, path);
    if (version === 0) db.exec(SCHEMA);
    else for (const [to, sql] of UPGRADES) if (to > version) db.exec(sql);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
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
