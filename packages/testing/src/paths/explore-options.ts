import { type Orchestrator, XorcaError } from '@xorca/core';
import { assertKnown, assertOptions, type PreparedMachine } from '@xorca/core/backend';

/** What may happen on the way, and how far the walk goes. All of it may be left out. */
export interface ExploreOptions {
  /** The version to walk. Default: the newest. */
  readonly version?: string;
  /** What a process may begin with; each is tried. Default: made up from the contract of `startOn`, else `{}`. */
  readonly inputs?: readonly unknown[];
  /**
   * Data of events, by type; each is tried wherever a state takes the type. Default: made up from the event's contract, else `{}`.
   * `[]`: it never comes. Types that only a wildcard or a transform takes come only if they are named.
   */
  readonly events?: Readonly<Record<string, readonly unknown[]>>;
  /**
   * What services answer, by the command's type; each is tried. Default: made up from the contract, else `{}`. `[]`: they never
   * answer so.
   */
  readonly answers?: Readonly<Record<string, CommandAnswers>>;
  /** Most states that are gone on from. Default 2,000: some seconds at most, and enough for most machines. */
  readonly limit?: number;
  /**
   * What tells states apart beside state values, commands and order of timers. `include` (default): the whole context, so that guards
   * that remember are seen. `ignore`: none of it, where a context never repeats (a time, a counter). A function: what it makes of
   * the machine's own context.
   */
  // biome-ignore lint/suspicious/noExplicitAny: each machine has a context of its own; users annotate it
  readonly context?: 'include' | 'ignore' | ((context: any) => unknown);
}

/** What services may answer to a command: data of the output, data of the error. */
export interface CommandAnswers {
  readonly success?: readonly unknown[];
  readonly error?: readonly unknown[];
}

export const EXPLORE_OPTIONS: readonly (keyof ExploreOptions)[] = [
  'version',
  'inputs',
  'events',
  'answers',
  'limit',
  'context',
];

/** The options, checked, and the machine they are about. */
export interface Territory {
  readonly orchestrator: Orchestrator;
  readonly version: string;
  readonly machine: PreparedMachine;
  readonly options: ExploreOptions;
  readonly limit: number;
}

/** Checks the options. `XORCA_CONFIG` for what the orchestrator does not know. */
export function territory(orchestrator: Orchestrator, options: ExploreOptions, where: string): Territory {
  const { version = orchestrator.versions.at(-1) ?? '', events = {}, answers = {}, limit = 2_000 } = options;
  assertKnown(version, orchestrator.versions, 'version', where);
  const machine = orchestrator.machine(version, where);
  if (!Number.isInteger(limit) || limit < 1) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `limit of ${where} must be a whole number of at least 1, not ${String(limit)}.`,
    );
  }
  const types = machine.commands.map(({ type }) => type);
  for (const [type, given] of Object.entries(answers)) {
    assertKnown(type, types, 'command', `answers of ${where}`);
    assertOptions(given, ['success', 'error'], `answers[${JSON.stringify(type)}] of ${where}`);
  }
  for (const type of Object.keys(events)) {
    const taken = machine.accepts(type) || orchestrator.transform(type) !== undefined;
    if (taken || orchestrator.isSignal(type)) continue;
    const known = machine.stateKeys.flatMap((key) => machine.takes(valueAt(key)));
    assertKnown(type, [...new Set(known)], 'event', `events of ${where}`);
  }
  return { orchestrator, version, machine, options, limit };
}

/** `#Regulate.#Grounded.Check` as the value of that state alone. */
function valueAt(key: string): unknown {
  const names = key.replaceAll('#', '').split('.');
  return names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), {});
}
