import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '@xorca/core';

/** A clock that stands still until it is moved. */
export interface VirtualClock extends Clock {
  /** Passes the time up to a moment (epoch ms); does nothing for one that is past. */
  moveTo(at: number): void;
}

/** A clock that remembers its time in a file, so that a program started again does not go back in time. */
export function virtualClock(path: string, start: number): VirtualClock {
  mkdirSync(dirname(path), { recursive: true });
  let now = read(path) ?? start;
  return {
    now: () => now,
    moveTo(at) {
      if (at <= now) return;
      // Written first: what is about to be saved with the new time must not be older than the clock of the next start.
      writeFileSync(`${path}.new`, String(at));
      renameSync(`${path}.new`, path);
      now = at;
    },
  };
}

function read(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
