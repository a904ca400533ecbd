import type { CloudEvent, ProcessDetails } from '@xorca/core';

/** A world as your own invariants see it. */
export interface SimulatedWorld {
  readonly seed: number;
  /** Epoch ms. */
  readonly now: number;
  /** Every process there is or was, by id; one that was deleted as it was last. */
  readonly processes: ReadonlyMap<string, ProcessDetails>;
  /** Every event that processes sent, once, in the order of going out. */
  readonly published: readonly CloudEvent[];
}

/**
 * A promise of your own. It holds when it answers nothing, true, or no text; `false`, a text or texts say what is wrong, and so does
 * what it throws. It must answer at once: a promise is taken as broken, and so is whatever else it answers.
 */
export type Invariant = (world: SimulatedWorld) => unknown;

/** What is wrong by an invariant, in words. */
export function brokenBy(invariant: Invariant, world: SimulatedWorld): readonly string[] {
  try {
    const answer = invariant(world);
    if (answer === undefined || answer === null || answer === true) return [];
    if (answer === false) return ['it answered false'];
    if (answer instanceof Promise) {
      // Whatever it rejects with is told here.
      answer.catch(() => {});
      return ['it is asynchronous: nobody waits for its answer. Make it answer at once'];
    }
    const texts: readonly unknown[] = Array.isArray(answer) ? answer : [answer];
    const odd = texts.find((text) => typeof text !== 'string');
    if (odd !== undefined)
      return [`it answered ${String(odd)}, which says neither that it holds nor what is wrong`];
    return (texts as readonly string[]).filter((text) => text !== '');
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
