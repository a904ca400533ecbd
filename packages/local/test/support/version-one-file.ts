import { DatabaseSync } from 'node:sqlite';

// The text that version 1 of the schema was made with. It never changes: such files exist.
const SCHEMA_1 = `
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

/** Makes a file as the first version of this package left it, with one process in it. */
export function versionOneFile(path: string, body: string): void {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; ${SCHEMA_1} PRAGMA user_version = 1`);
  db.prepare(
    `INSERT INTO xorca_process (orchestrator, version, status, revision, wake_at, updated_at, body, key, id, saves)
     VALUES ('books', '1', 'active', 7, 5, 6, ?, 'p', NULL, 3)`,
  ).run(body);
  db.close();
}
