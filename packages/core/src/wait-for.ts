import { XorcaError } from './errors.ts';
import type { ProcessDetails } from './process-details.ts';
import { systemTimers } from './timers.ts';

/** What to wait for: that the process is done, or whatever the predicate says of it. */
export type WaitUntil = 'done' | ((process: ProcessDetails) => boolean);

/** Wakes whoever waits for a process in this program. */
export interface Waiting {
  /** Something happened to a process. */
  tell(id: string): void;
  /** Resolves when something happens to the process here, or after `ms`. */
  pause(id: string, ms: number): Promise<void>;
}

/** Makes an empty waiting room. */
export function waiting(): Waiting {
  const rooms = new Map<string, Set<() => void>>();
  return {
    tell(id) {
      for (const wake of rooms.get(id) ?? []) wake();
    },
    pause: (id, ms) =>
      new Promise((resolve) => {
        const room = rooms.get(id) ?? new Set();
        rooms.set(id, room);
        const leave = () => {
          systemTimers.clearTimeout(timer);
          room.delete(leave);
          if (room.size === 0) rooms.delete(id);
          resolve();
        };
        const timer = systemTimers.setTimeout(leave, ms);
        room.add(leave);
      }),
  };
}

// Others may move the process: it is looked at again after a tenth of a second, then ever less often, up to every 2 s.
const FIRST_LOOK_MS = 100;
const SLOWEST_LOOK_MS = 2_000;

/** Looks at a process until it is as wanted. `XORCA_WAIT_TIMEOUT`; `XORCA_ENDED` when it ended otherwise. */
export async function waitFor(
  id: string,
  until: WaitUntil,
  timeoutMs: number,
  from: { readonly get: (id: string) => Promise<ProcessDetails | undefined>; readonly room: Waiting },
): Promise<ProcessDetails> {
  const deadline = Date.now() + timeoutMs;
  for (let look = FIRST_LOOK_MS; ; look = Math.min(SLOWEST_LOOK_MS, look * 1.5)) {
    const process = await from.get(id);
    if (process && (until === 'done' ? process.status === 'done' : until(process))) return process;
    if (process && process.status !== 'active') throw endedOtherwise(process);
    const left = deadline - Date.now();
    if (left <= 0) throw timedOut(id, timeoutMs, process);
    await from.room.pause(id, Math.min(look, left));
  }
}

function endedOtherwise({ id, status, failure }: ProcessDetails): XorcaError {
  return new XorcaError(
    'XORCA_ENDED',
    `Process ${JSON.stringify(id)} ended (${status})${failure ? `: ${failure.message}` : ''} before it was as waited for. See get(id).`,
    { processId: id },
  );
}

function timedOut(id: string, timeoutMs: number, process: ProcessDetails | undefined): XorcaError {
  const now = process ? `it is in ${JSON.stringify(process.value)}` : 'there is no such process yet';
  return new XorcaError(
    'XORCA_WAIT_TIMEOUT',
    `Process ${JSON.stringify(id)} was not as waited for within ${timeoutMs} ms: ${now}. It goes on by itself: wait again, or look at get(id).`,
    { processId: id, retryable: true },
  );
}
