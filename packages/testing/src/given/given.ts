import type { Orchestrator, RunnerOptions } from '@xorca/core';
import { assertOptions } from '@xorca/core/backend';
import { type Chain, chainOf } from './chain.ts';
import { momentOf } from './moment.ts';

/** What a chain begins with. */
export interface GivenOptions {
  /** The process's id. Default `'process-1'`. */
  readonly id?: string;
  /** When it begins: epoch ms, a date, or its ISO text. Default `2026-01-01T00:00:00Z`. */
  readonly now?: number | Date | string;
  /** Options of the runner behind it, e.g. `{ promiseBudget: '1s' }`. */
  readonly runner?: RunnerOptions;
}

/**
 * Tells a story about one process of an orchestrator: what has happened, what happens, what is expected then. It runs on the real
 * runner, over memory ports and a virtual clock, loaded and saved between any two steps.
 *
 * A chain is a value: nothing of it changes, each `await` of a new chain lives through it from the beginning, and several may go
 * on from one. It fails with an `AssertionError` of `node:assert` that tells the story so far and the difference. `XORCA_CONFIG`
 * for unknown options.
 *
 * @example
 * await given(orders)
 *   .startedBy(orderPlaced, { item: 'organ', amount: 900_000 })
 *   .answered(reserveStock, { left: 3 })
 *   .when(advance('7d'))
 *   .then({ state: 'Releasing', effects: [releaseStock] })
 */
export function given(orchestrator: Orchestrator, options: GivenOptions = {}): Chain {
  assertOptions(options, ['id', 'now', 'runner'], 'given');
  const { id = 'process-1', now = '2026-01-01T00:00:00Z', runner = {} } = options;
  return chainOf({ orchestrator, id, now: momentOf(now, 'now of given'), options: runner }, []);
}
