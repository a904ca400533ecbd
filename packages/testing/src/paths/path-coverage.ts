import { AssertionError } from 'node:assert';
import { checkHistory, type Journal, type Orchestrator, XorcaError } from '@xorca/core';
import { assertOptions } from '@xorca/core/backend';
import { type CoverageReport, coverageReport } from './coverage-report.ts';
import { coverageText, percent } from './coverage-text.ts';
import { type Exploration, explore } from './explore.ts';
import { EXPLORE_OPTIONS, type ExploreOptions, territory } from './explore-options.ts';
import { pathItems } from './path-item.ts';
import type { PathRecorder } from './recorder.ts';
import { watchOrchestrator } from './watch-orchestrator.ts';

/** The least shares, 0 to 1, that must be reached. What is not named is not asked for. */
export interface CoverageThresholds {
  readonly states?: number;
  readonly transitions?: number;
  readonly commands?: number;
}

/** What became of a journal's processes. */
export interface AddedJournal {
  /** Processes that were led through their whole history again. */
  readonly added: number;
  /** Those that could not be, and why; of one that goes another way now, what comes before that counts. */
  readonly left: ReadonlyArray<{ readonly id: string; readonly reason: string }>;
}

/** Collects which paths of one machine were taken, and says which were not. */
export interface PathCoverage extends PathRecorder {
  /** The orchestrator to test with: it does the same, and each step of its processes is noted. */
  readonly orchestrator: Orchestrator;
  /** Adds what recorded processes of this version did, by leading them through it again; all of the journal, or these. */
  add(
    journal: Pick<Journal, 'read' | 'processes'>,
    options?: { readonly ids?: readonly string[] },
  ): Promise<AddedJournal>;
  /** What was reached so far, and what was not, with the shortest path to it. `walk: false` spares the search for paths. */
  report(options?: { readonly walk?: boolean }): CoverageReport;
  /** The report for people. `details`: also how often each item was reached. */
  text(options?: { readonly details?: boolean }): string;
  /** Fails with an `AssertionError` that shows the report unless enough was reached. Default: everything. */
  assert(thresholds?: CoverageThresholds): void;
}

/**
 * Path coverage of an orchestrator's machine and its child machines: states, transitions and what became of commands. Use its
 * `orchestrator` in place of the one given, with `given`, `simulate`, `createRunner` or anything else, or add journals. What is counted
 * are steps as the engine took them: one that threw does not count, one that was taken again (a lost race, another event of its batch
 * threw) counts each time.
 * The options say how paths to the rest are looked for. `XORCA_CONFIG` for unknown options.
 *
 * @example
 * const coverage = pathCoverage(orders)
 * await given(coverage.orchestrator).startedBy(orderPlaced, order).when(advance('7d')).then('Releasing')
 * coverage.assert({ states: 1, transitions: 0.9 })
 */
export function pathCoverage(orchestrator: Orchestrator, options: ExploreOptions = {}): PathCoverage {
  const where = `pathCoverage(${orchestrator.name})`;
  assertOptions(options, EXPLORE_OPTIONS, where);
  const { version, machine } = territory(orchestrator, options, where);
  const about = { orchestrator: orchestrator.name, version, items: pathItems(machine.layout()) };
  const counts = new Map<string, number>();
  const watched = new WeakSet<Orchestrator>();
  let walk: Exploration | undefined;
  const walkOf = () => {
    if (!machine.runsPromises) walk ??= explore(orchestrator, options);
    return walk;
  };

  function sink(ids: readonly string[]): void {
    for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  }

  function watch(other: Orchestrator): Orchestrator {
    // Watched twice it would count twice.
    if (other.name !== orchestrator.name || watched.has(other)) return other;
    const copy = watchOrchestrator(other, version, sink);
    watched.add(copy);
    return copy;
  }

  const own = watch(orchestrator);
  const report: PathCoverage['report'] = (wanted = {}) => {
    assertOptions(wanted, ['walk'], `report of ${where}`);
    return coverageReport(about, counts, wanted.walk === false ? undefined : walkOf);
  };
  return {
    orchestrator: own,
    watch,
    report,
    text: (wanted = {}) => {
      assertOptions(wanted, ['details'], `text of ${where}`);
      return coverageText(report(), wanted);
    },
    async add(journal, wanted = {}) {
      assertOptions(wanted, ['ids'], `add of ${where}`);
      const ids: string[] = [];
      for await (const id of wanted.ids ?? journal.processes()) {
        if (await isOf(journal, id, orchestrator.name, version)) ids.push(id);
      }
      const { checked, broken, unchecked } = await checkHistory(own, journal, { version, ids });
      const parted = broken.map(({ id, revision, message }) => ({
        id,
        reason: `at revision ${revision} it goes another way now: ${message}`,
      }));
      return { added: checked - broken.length, left: [...parted, ...unchecked] };
    },
    assert(thresholds = { states: 1, transitions: 1, commands: 1 }) {
      const short = shortfalls(report({ walk: false }), thresholds, where);
      if (short.length > 0) throw tooFew(report(), thresholds, short);
    },
  };
}

async function isOf(
  journal: Pick<Journal, 'read'>,
  id: string,
  orchestrator: string,
  version: string,
): Promise<boolean> {
  for await (const entry of journal.read(id)) {
    return entry.orchestrator === orchestrator && entry.version === version;
  }
  return false;
}

type Kind = keyof CoverageThresholds;
const KINDS: readonly Kind[] = ['states', 'transitions', 'commands'];

/** Of what too little was reached. */
function shortfalls(report: CoverageReport, thresholds: CoverageThresholds, where: string): readonly Kind[] {
  assertOptions(thresholds, KINDS, `assert of ${where}`);
  const named = KINDS.flatMap((kind) => {
    const least = thresholds[kind];
    return least === undefined ? [] : [{ kind, least }];
  });
  const wrong = named.find(({ least }) => !(least >= 0 && least <= 1));
  if (named.length === 0 || wrong) {
    const what = wrong ? `${wrong.kind} is ${String(wrong.least)}` : 'none is named';
    throw new XorcaError(
      'XORCA_CONFIG',
      `assert of ${where} takes shares from 0 to 1 for ${KINDS.join(', ')}; ${what}.`,
    );
  }
  return named.filter(({ kind, least }) => report[kind].share < least).map(({ kind }) => kind);
}

function tooFew(
  report: CoverageReport,
  thresholds: CoverageThresholds,
  short: readonly Kind[],
): AssertionError {
  const said = short.map((kind) => {
    const { reached, total, share } = report[kind];
    return `${kind} ${percent(share)} (${reached} of ${total}) instead of ${percent(thresholds[kind] ?? 1)}`;
  });
  return new AssertionError({
    message: `Too few paths were taken: ${said.join(', ')}.\n\n${coverageText(report)}`,
    actual: Object.fromEntries(short.map((kind) => [kind, report[kind].share])),
    expected: Object.fromEntries(short.map((kind) => [kind, thresholds[kind]])),
    operator: '>=',
  });
}
