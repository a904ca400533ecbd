import type { ActorNode } from './xstate-internals.ts';

/** The promises of one actor system that are under way. */
export interface PromiseWatch {
  running(): boolean;
  /** Whether some have settled since it was last asked: each is told once. */
  takeSettled(): boolean;
  /** Waits until one has settled, at most `ms`; false when none did. */
  settled(ms: number): Promise<boolean>;
}

export const NO_PROMISES: PromiseWatch = {
  running: () => false,
  takeSettled: () => false,
  settled: async () => false,
};

/** Watches promise actors through the system's inspection. After the recorder, whose place it takes, and before the start. */
export function watchPromises(root: ActorNode, promises: ReadonlySet<unknown>): PromiseWatch {
  const { system } = root;
  const record = system._sendInspectionEvent.bind(system);
  let happened = 0;
  let tell: (() => void) | undefined;
  system._sendInspectionEvent = (event) => {
    record(event);
    // Sent after the parent has taken the result.
    if (event.type !== '@xstate.snapshot' || !promises.has(event.actorRef.logic)) return;
    const { status } = event.actorRef.getSnapshot();
    if (status !== 'done' && status !== 'error') return;
    happened++;
    tell?.();
  };
  let seen = 0;
  const takeSettled = () => {
    const some = seen < happened;
    seen = happened;
    return some;
  };
  return {
    running: () => seen < happened || isRunning(root, promises),
    takeSettled,
    async settled(ms) {
      if (seen === happened) {
        let timer: ReturnType<typeof setTimeout> | undefined;
        await new Promise<void>((resolve) => {
          tell = resolve;
          timer = setTimeout(resolve, ms);
        });
        clearTimeout(timer);
        tell = undefined;
      }
      return takeSettled();
    },
  };
}

function isRunning(actor: ActorNode, promises: ReadonlySet<unknown>): boolean {
  const { status, children } = actor.getSnapshot();
  if (status !== 'active') return false;
  if (promises.has(actor.logic)) return true;
  return Object.values(children ?? {}).some((child) => child !== undefined && isRunning(child, promises));
}
