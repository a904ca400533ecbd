import { DatabaseSync } from 'node:sqlite';
import { XorcaError } from '@xorca/core';
import { cannotOpen, isBusy } from './sqlite-errors.ts';

/**
 * Makes this program the only one that delivers from a bus file, until the returned function is called or the program ends in any
 * way. The operating system holds the lock (SQLite's, on a tiny file beside the database), so none is left behind by a crash.
 * Throws `XORCA_CONFIG` while somebody else is the owner.
 */
export function ownBus(databasePath: string): () => void {
  if (databasePath === ':memory:') return () => {};
  const path = `${databasePath}-bus`;
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path);
    db.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (cause) {
    if (db?.isOpen) db.close();
    if (!isBusy(cause)) throw cannotOpen(path, cause);
    throw new XorcaError(
      'XORCA_CONFIG',
      `The bus in ${databasePath} is open already, here or in another process. A bus has one owner at a time: close that one, or name another file.`,
      { cause },
    );
  }
  const held = db;
  return () => {
    if (held.isOpen) held.close();
  };
}
