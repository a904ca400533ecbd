import type { Exploration } from './explore.ts';
import type { ExploredPath } from './explored-path.ts';
import type { CommandOutcome, PathItem } from './path-item.ts';
import { commandId } from './path-item.ts';
import { whyUnreached } from './why-unreached.ts';

/** How much of something was reached. */
export interface Tally {
  readonly reached: number;
  readonly total: number;
  /** 0 to 1; 1 where there is nothing to reach. */
  readonly share: number;
}

/** A state, a transition or an outcome of a command, and how often it was reached. */
export type CoveredItem = PathItem & {
  readonly count: number;
  /** The shortest path to it, if it was not reached and a walk found one. */
  readonly path?: ExploredPath;
  /** Why a walk found no path, if it was not reached. */
  readonly reason?: string;
};

/** How often each thing became of a command. */
export type CommandCounts = Readonly<Record<CommandOutcome | 'asked again' | 'called off', number>> & {
  readonly command: string;
};

/** What was reached of a machine, and what was not. */
export interface CoverageReport {
  readonly orchestrator: string;
  readonly version: string;
  readonly states: Tally;
  readonly transitions: Tally;
  /** Of what can become of each command: asked, answered, failed, and timed out where it has a timeout. */
  readonly commands: Tally;
  readonly items: readonly CoveredItem[];
  readonly unreached: readonly CoveredItem[];
  readonly byCommand: readonly CommandCounts[];
  /** The walk that looked for paths to what was not reached; undefined: all was, nobody looked, or the machine has promise actors. */
  readonly walk: Exploration | undefined;
}

/** Counts what was reached. The walk is asked for only if something is missing. */
export function coverageReport(
  about: { readonly orchestrator: string; readonly version: string; readonly items: readonly PathItem[] },
  counts: ReadonlyMap<string, number>,
  walkOf?: () => Exploration | undefined,
): CoverageReport {
  const { orchestrator, version } = about;
  const count = (id: string) => counts.get(id) ?? 0;
  const isComplete = about.items.every(({ id }) => count(id) > 0);
  const walk = isComplete ? undefined : walkOf?.();
  const items = about.items.map((item): CoveredItem => ({ ...item, count: count(item.id), ...wayTo(item) }));

  function wayTo(item: PathItem): Pick<CoveredItem, 'path' | 'reason'> {
    if (count(item.id) > 0 || !walkOf) return {};
    const path = walk?.path(item.id);
    if (path) return { path };
    return { reason: walk ? whyUnreached(item, walk) : 'not looked for: the machine has promise actors' };
  }

  const tally = (kind: PathItem['kind']): Tally => {
    const all = items.filter((item) => item.kind === kind);
    const reached = all.filter((item) => item.count > 0).length;
    return { reached, total: all.length, share: all.length === 0 ? 1 : reached / all.length };
  };
  const types = new Set(items.flatMap((item) => (item.kind === 'command' ? [item.command] : [])));
  return {
    orchestrator,
    version,
    states: tally('state'),
    transitions: tally('transition'),
    commands: tally('command'),
    items,
    unreached: items.filter((item) => item.count === 0),
    byCommand: [...types].map((command) => ({ command, ...countsOf(command, count) })),
    walk,
  };
}

function countsOf(command: string, count: (id: string) => number): Omit<CommandCounts, 'command'> {
  const of = (outcome: Parameters<typeof commandId>[1]) => count(commandId(command, outcome));
  return {
    asked: of('asked'),
    'asked again': of('asked again'),
    answered: of('answered'),
    failed: of('failed'),
    'timed out': of('timed out'),
    'called off': of('called off'),
  };
}
