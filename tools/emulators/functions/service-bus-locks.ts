import type { Received } from './service-bus-loops.ts';

/** Renews the locks of messages, each when half of its time is over, until the work has ended, or for so long at most. */
export async function renewing<Result>(
  received: Received,
  forMs: number,
  work: (received: Received) => Promise<Result>,
): Promise<Result> {
  const { receiver, messages } = received;
  const until = Date.now() + forMs;
  const timers = new Set<NodeJS.Timeout>();
  let isOver = false;

  function arm(message: Received['messages'][number], lockedUntil: Date | undefined): void {
    if (isOver) return;
    const waitMs = lockedUntil ? (lockedUntil.getTime() - Date.now()) / 2 : 0;
    if (waitMs <= 0 || Date.now() + waitMs > until) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      // Who lost the lock learns it when the message is settled.
      receiver.renewMessageLock(message).then(
        (next) => arm(message, next),
        () => {},
      );
    }, waitMs);
    timers.add(timer);
  }

  for (const message of messages) arm(message, message.lockedUntilUtc);
  try {
    return await work(received);
  } finally {
    isOver = true;
    for (const timer of timers) clearTimeout(timer);
  }
}
