import { isMachine } from './xstate-internals.ts';

interface Transitional {
  transition(state: unknown, event: unknown, scope: unknown): unknown;
}

/**
 * Whether a logic was made by `fromPromise`: seen from what it does, since xstate leaves no mark on it. A promise's logic, and no
 * other, is done with a value once it is told that its promise has resolved to it.
 */
export function isPromiseLogic(logic: unknown): boolean {
  if (typeof logic !== 'object' || logic === null || isMachine(logic) || !('transition' in logic))
    return false;
  const probe = {};
  try {
    const state = { status: 'active', output: undefined, error: undefined, input: undefined };
    const next = (logic as Transitional).transition(
      state,
      { type: 'xstate.promise.resolve', data: probe },
      { self: {}, system: {} },
    ) as { status?: unknown; output?: unknown } | undefined;
    return next?.status === 'done' && next.output === probe;
  } catch {
    return false;
  }
}
