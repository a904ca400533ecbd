import type { CommandContract, Orchestrator } from '@xorca/core';
import { assertOptions } from '@xorca/core/backend';
import { codeText, durationCode, quoted } from './code-text.ts';
import { cover } from './cover.ts';
import type { CoveredItem } from './coverage-report.ts';
import type { ExploredPath } from './explored-path.ts';
import { importText, type Names, namesIn } from './module-names.ts';
import type { PathCoverage } from './path-coverage.ts';
import type { PathMove } from './path-move.ts';

/** How the text of specs is written. */
export interface SkeletonOptions {
  /** The test runner that `it` comes from. Default `vitest`. */
  readonly runner?: 'vitest' | 'jest' | 'node:test';
  /**
   * The user's modules, by the name to import them under: `{ './contracts.ts': await import('./contracts.ts') }`. What an orchestrator
   * or a contract is called there is what it is called in the text; a contract that is in none of them is named by its type.
   */
  readonly modules?: Readonly<Record<string, object>>;
}

/**
 * The text of a file of given/when/then specs, one for each of few paths to what was not reached. They hold as they are: what they
 * expect is what the walk saw. Read each, replace what was made up by what matters, and keep those that say what you want. What no
 * path leads to becomes a `todo`. Everything reached: the empty text.
 *
 * @example
 * await writeFile('orders.paths.test.ts', skeletons(coverage, { modules: { './orders.ts': await import('./orders.ts') } }))
 */
export function skeletons(coverage: PathCoverage, options: SkeletonOptions = {}): string {
  assertOptions(options, ['runner', 'modules'], 'skeletons');
  const { runner = 'vitest', modules = {} } = options;
  const { orchestrator } = coverage;
  const { unreached, version } = coverage.report();
  if (unreached.length === 0) return '';
  const names = namesIn(modules, orchestrator);
  const used = new Set<string>();
  const machine = orchestrator.machine(version, 'skeletons');
  const context: Writing = { orchestrator, names, used, commands: machine.commands };
  const specs = cover(unreached, ({ path }) => path).map(({ path, items }) => specText(path, items, context));
  const todos = unreached
    .filter(({ path }) => !path)
    .map(({ kind, name, reason }) => `it.todo(${quoted(`reaches ${kind} ${name}: ${reason}`)});`);
  const head = [
    ...(runner === 'jest' ? [] : [`import { it } from '${runner}';`]),
    ...(specs.length > 0 ? [importText(['given', ...used], '@xorca/testing'), ...names.imports()] : []),
  ];
  return `${[head.join('\n'), ...specs, ...(todos.length > 0 ? [todos.join('\n')] : [])].join('\n\n')}\n`;
}

interface Writing {
  readonly orchestrator: Orchestrator;
  readonly names: Names;
  /** The functions of the package that the text uses. */
  readonly used: Set<string>;
  readonly commands: readonly CommandContract[];
}

function specText(path: ExploredPath, items: readonly CoveredItem[], writing: Writing): string {
  const [first, ...others] = items.toSorted(
    (a, b) => KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind),
  );
  const calls = path.moves.map((move) => callOf(move, writing));
  const [name, args] = calls.at(-1) ?? ['started', []];
  writing.used.add(name);
  return [
    ...(others.length > 0 ? ['// On the way:'] : []),
    ...others.map(({ kind, name: other }) => `// - ${kind} ${other}`),
    `it(${quoted(`reaches ${first?.kind} ${first?.name}`)}, async () => {`,
    `  await given(${writing.names.orchestrator()})`,
    ...calls.slice(0, -1).map(([method, given]) => `    .${method}(${given.join(', ')})`),
    `    .when(${name}(${args.join(', ')}))`,
    `    .then(${expectation(path, writing)});`,
    '});',
  ].join('\n');
}

const KIND_ORDER: readonly CoveredItem['kind'][] = ['state', 'transition', 'command'];

type Call = readonly [method: string, args: readonly string[]];

function callOf(move: PathMove, { names, commands }: Writing): Call {
  switch (move.type) {
    case 'start':
      return move.by === undefined
        ? ['started', [codeText(move.data)]]
        : ['startedBy', [names.contract(move.by) ?? quoted(move.by), codeText(move.data)]];
    case 'event':
      return ['event', [names.contract(move.event) ?? quoted(move.event), codeText(move.data)]];
    case 'time':
      return ['advance', [durationCode(move.ms)]];
    case 'answer': {
      const named = names.contract(move.command);
      if (named !== undefined) {
        const which = move.actor === undefined ? [] : [`{ actor: ${quoted(move.actor)} }`];
        return [move.ok ? 'answered' : 'failed', [named, codeText(move.data), ...which]];
      }
      const contract = commands.find(({ type }) => type === move.command);
      // Without its name it is answered by type: whoever has waited longest gets it.
      return [
        'event',
        [quoted(String(move.ok ? contract?.success : contract?.failure)), codeText(move.data)],
      ];
    }
  }
}

function expectation({ status, value, effects }: ExploredPath, { names }: Writing): string {
  const sent = effects.map(({ type }) => names.contract(type) ?? quoted(type));
  const parts = [
    ...(status === 'active' ? [] : [`status: '${status}'`]),
    `state: ${codeText(value)}`,
    `effects: [${sent.join(', ')}]`,
  ];
  return `{ ${parts.join(', ')} }`;
}
