import { type Orchestrator, XorcaError } from '@xorca/core';
import { assertOptions } from '@xorca/core/backend';
import { type AdjacencyMap, getAdjacencyMap } from 'xstate/graph';
import { alternatives, type RefusedData } from './alternatives.ts';
import { EXPLORE_OPTIONS, type ExploreOptions, territory } from './explore-options.ts';
import { type ExploredPath, pathTo } from './explored-path.ts';
import { type PathItem, pathItems } from './path-item.ts';
import type { PathMove } from './path-move.ts';
import { type Place, walkLogic } from './walk-logic.ts';

/** What a walk has found. */
export interface Exploration {
  readonly version: string;
  /** All states, transitions and commands of the machine. */
  readonly items: readonly PathItem[];
  /** The shortest path to an item, by its id; undefined: nothing that was tried leads there. */
  path(id: string): ExploredPath | undefined;
  /** The shortest path to each state, by status and value, from which nothing that was tried leads on. */
  readonly ends: readonly ExploredPath[];
  /** Paths whose last move makes the machine throw, the shortest for each message. */
  readonly faults: ReadonlyArray<{ readonly path: ExploredPath; readonly message: string }>;
  /** Data that its contract refused. */
  readonly refused: readonly RefusedData[];
  /** How many states it went on from. */
  readonly states: number;
  /** True: `limit` cut it, so that there may be more paths. */
  readonly isCut: boolean;
}

/**
 * Walks all paths of processes from their beginning: wherever a process stands it tries the events that its state takes, the answers
 * to its commands, errors included, and time until something is due. Data comes from the options or is made up from the contracts.
 * Each state is gone on from once. `XORCA_CONFIG` for unknown names, for an asynchronous schema, and for a machine with promises,
 * whose results no walk can know.
 *
 * @example
 * const walk = explore(orders, { inputs: [small, large] })
 * walk.ends.map(({ text }) => text)
 */
export function explore(orchestrator: Orchestrator, options: ExploreOptions = {}): Exploration {
  const where = `explore(${orchestrator.name})`;
  assertOptions(options, EXPLORE_OPTIONS, where);
  const area = territory(orchestrator, options, where);
  if (area.machine.runsPromises) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `${orchestrator.name} ${area.version} has promise actors, and no walk knows what a promise brings. Put commands in their place for it: machine.provide({ actors: { … } }).`,
    );
  }
  const data = alternatives(area);
  const { logic, moves } = walkLogic(area, data);
  let states = 0;
  const map: AdjacencyMap<Place, PathMove> = getAdjacencyMap(logic, {
    events: moves,
    serializeState: ({ key }) => key,
    // xstate's own limit throws away what was found.
    stopWhen: () => states++ >= area.limit,
  });
  const isCut = states > area.limit;
  const first = new Map<string, Place>();
  const faults = new Map<string, Place>();
  const ends = new Map<string, ExploredPath>();
  // In the order in which they were found, which is that of their distance.
  for (const { state, transitions } of Object.values(map)) {
    const next = Object.values<{ readonly state: Place }>(transitions).map((edge) => edge.state);

    for (const place of next) {
      if (place.fault !== undefined && !faults.has(place.fault)) faults.set(place.fault, place);
      for (const id of place.reached) if (!first.has(id)) first.set(id, place);
    }
    // Where the walk was cut nobody knows what leads on.
    const isEnd = isCut ? state.record?.status !== 'active' : !next.some(({ hasMoved }) => hasMoved);
    if (!state.record || !isEnd) continue;
    const end = pathTo(state);
    const key = JSON.stringify([end.status, end.value]);
    if (!ends.has(key)) ends.set(key, end);
  }
  return {
    version: area.version,
    items: pathItems(area.machine.layout()),
    path(id) {
      const place = first.get(id);
      return place && pathTo(place);
    },
    ends: [...ends.values()],
    faults: [...faults].map(([message, place]) => ({ path: pathTo(place), message })),
    refused: data.refused,
    states: Math.min(states, area.limit),
    isCut,
  };
}
