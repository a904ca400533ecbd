import type { Clock } from './clock.ts';
import type { Refusal } from './options.ts';

/** Who has a session. */
export interface SessionHolder {
  /** The lock ran out. */
  lost(): void;
}

/** Who has which session of a queue. */
export interface Sessions {
  isFree(sessionId: string): boolean;
  accept(sessionId: string, holder: SessionHolder): Refusal | undefined;
  /** Accepts the next free session with messages when there is one. Gives a function that stops waiting. */
  acceptNext(holder: SessionHolder, accepted: (sessionId: string) => void): () => void;
  /** Is it this one's? */
  isHeldBy(sessionId: string, holder: SessionHolder): boolean;
  renew(sessionId: string): Refusal | undefined;
  release(sessionId: string, holder: SessionHolder): void;
  /** Gives free sessions to those that wait for one. */
  serve(): void;
  /** By session; what a receiver put down for its successors. */
  readonly states: Map<string, unknown>;
}

/** How the service says that a session is not, or no longer, a receiver's. */
export const SESSION_LOCK_LOST: Refusal = {
  condition: 'com.microsoft:session-lock-lost',
  description: 'The session lock has expired.',
};

interface SessionLock {
  readonly holder: SessionHolder;
  callOff(): void;
}

/** Makes the sessions of a queue. `next` finds the session of its first message that somebody could have; `expired` frees the messages of one. */
export function makeSessions(
  { clock, lockMs }: { readonly clock: Clock; readonly lockMs: number },
  next: () => string | undefined,
  expired: (sessionId: string) => void,
): Sessions {
  const locks = new Map<string, SessionLock>();
  const waiting = new Set<{ readonly holder: SessionHolder; accepted(sessionId: string): void }>();

  function lock(sessionId: string, holder: SessionHolder): void {
    locks.get(sessionId)?.callOff();
    const callOff = clock.at(clock.now() + lockMs, () => {
      locks.delete(sessionId);
      holder.lost();
      expired(sessionId);
    });
    locks.set(sessionId, { holder, callOff });
  }

  function serve(): void {
    for (const one of waiting) {
      const sessionId = next();
      if (sessionId === undefined) return;
      waiting.delete(one);
      lock(sessionId, one.holder);
      one.accepted(sessionId);
    }
  }

  return {
    isFree: (sessionId) => !locks.has(sessionId),
    accept(sessionId, holder) {
      if (locks.has(sessionId)) {
        const description = `The session '${sessionId}' is locked by another receiver.`;
        return { condition: 'com.microsoft:session-cannot-be-locked', description };
      }
      lock(sessionId, holder);
      return undefined;
    },
    acceptNext(holder, accepted) {
      const one = { holder, accepted };
      waiting.add(one);
      serve();
      return () => waiting.delete(one);
    },
    isHeldBy: (sessionId, holder) => locks.get(sessionId)?.holder === holder,
    renew(sessionId) {
      const held = locks.get(sessionId);
      if (held === undefined) return SESSION_LOCK_LOST;
      lock(sessionId, held.holder);
      return undefined;
    },
    release(sessionId, holder) {
      const held = locks.get(sessionId);
      if (held?.holder !== holder) return;
      held.callOff();
      locks.delete(sessionId);
    },
    serve,
    states: new Map(),
  };
}
