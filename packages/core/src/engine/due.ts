import type { DueInput, PendingCommand, Timer } from './engine.ts';

/** The earliest of what is due at `now`; of two at one moment the one that was armed first. */
export function nextDue(
  timers: ReadonlyMap<string, Timer>,
  commands: readonly PendingCommand[],
  now: number,
): DueInput | undefined {
  let first: DueInput | undefined;
  for (const timer of timers.values()) {
    if (timer.at > now || (first?.kind === 'timer' && !isEarlier(timer, first.timer))) continue;
    first = { kind: 'timer', at: timer.at, timer };
  }
  for (const command of commands) {
    const { dueAt: at } = command;
    if (at !== null && at <= now && at < (first?.at ?? Number.POSITIVE_INFINITY)) {
      first = { kind: 'lapse', at, command };
    }
  }
  return first;
}

function isEarlier(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.token < b.token);
}
