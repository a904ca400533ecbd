import {
  type Duration,
  type Fleet,
  type Orchestrator,
  type ProcessDetails,
  type ProcessStore,
  type RunnerOptions,
  XorcaError,
} from '@xorca/core';
import { assertOptions, durationMs } from '@xorca/core/backend';
import type { PathRecorder } from '../paths/recorder.ts';
import type { Chance } from './chance.ts';
import { type FaultRates, faultRates } from './faults.ts';
import type { Invariant } from './invariant.ts';
import { assertReplay, type Replay } from './replay.ts';

/** An event that somebody outside sends to a process. Id, source and subject are set, if it has none. */
export interface OutsideEvent {
  readonly type: string;
  readonly data?: unknown;
  /** When, from the world's beginning on. Default: at once. It never comes before its process is there, unless `overtake` strikes. */
  readonly after?: Duration;
  readonly [attribute: string]: unknown;
}

/** How `simulate` makes its worlds. All have defaults; unknown names and unfit values are `XORCA_CONFIG`. */
export interface SimulateOptions {
  /** How many worlds. Default 100. */
  readonly seeds?: number;
  /** The seed of the first world; the next has one more. Default 1. */
  readonly firstSeed?: number;
  /** Processes that are started from outside in each world. Default 3. */
  readonly processes?: number;
  /** Function instances at work at once. Default 3. */
  readonly handlers?: number;
  /** What is sent to the process `id` from outside. Default: one event that starts it, without data. */
  readonly events?: (about: { readonly id: string; readonly random: Chance }) => readonly OutsideEvent[];
  /** How often faults strike; `false`: never. */
  readonly faults?: FaultRates | false;
  /** Your own promises, asked when a world has come to rest. */
  readonly invariant?: Invariant;
  /** Your own promises, asked after every save. */
  readonly always?: Invariant;
  /** Whether a process may stay active though nothing will ever move it. Default: it may not. */
  readonly mayRest?: (process: ProcessDetails) => boolean;
  /** New forms of the orchestrators, by name, that are deployed one after the other, while functions with the old ones still run. */
  readonly deploys?: readonly Orchestrator[];
  /** Share of the processes that somebody cancels some rounds after they began, if they have not ended by then, 0 to 1. Default 0. */
  readonly cancel?: number;
  /** Share of the processes that somebody migrates to the newest version that is deployed, 0 to 1. Default 0. */
  readonly migrate?: number;
  /** Whether fleets remember their answers (`idempotency`), so that no command is carried out again after its answer. Default false. */
  readonly idempotent?: boolean;
  /** How far worlds go in their own time. What is due later never comes. Default `'400d'`. */
  readonly horizon?: Duration;
  /** Makes the store of each world. Default `memoryStore()`. Others are as repeatable as their order of answers. */
  readonly store?: () => ProcessStore | Promise<ProcessStore>;
  /** Options of the runners. What is drawn for each world (`settle`, `warm`) yields to what is said here. */
  readonly runner?: Omit<RunnerOptions, 'telemetry' | 'random' | 'report'>;
  /** Notes which paths of a machine the worlds take. */
  readonly coverage?: PathRecorder;
  /** Whether to look for the smallest world that fails alike, which takes up to ten seconds. Default true. */
  readonly shrink?: boolean;
  /** Lives through one world alone, as a failure has printed it. */
  readonly replay?: Replay;
}

const OPTIONS: readonly (keyof SimulateOptions)[] = [
  'seeds',
  'firstSeed',
  'processes',
  'handlers',
  'events',
  'faults',
  'invariant',
  'always',
  'mayRest',
  'deploys',
  'cancel',
  'migrate',
  'idempotent',
  'horizon',
  'store',
  'runner',
  'coverage',
  'shrink',
  'replay',
];

/** What services go by in a world: its chance, and its time in epoch ms. */
export interface ServiceWorld {
  readonly random: Chance;
  readonly now: () => number;
}

/** What services a simulation has: fleets, or what makes them anew for each world. */
export type Services =
  | Fleet
  | readonly Fleet[]
  | ((world: ServiceWorld) => Fleet | readonly Fleet[])
  | undefined;

/** What is simulated, checked and with its defaults. */
export interface SimulationSettings {
  readonly orchestrators: readonly Orchestrator[];
  readonly services: (world: ServiceWorld) => readonly Fleet[];
  readonly seeds: number;
  readonly firstSeed: number;
  readonly processes: number;
  readonly handlers: number;
  readonly events: NonNullable<SimulateOptions['events']>;
  readonly rates: Readonly<Required<FaultRates>>;
  readonly invariant: SimulateOptions['invariant'];
  readonly always: SimulateOptions['always'];
  readonly mayRest: NonNullable<SimulateOptions['mayRest']>;
  readonly deploys: readonly Orchestrator[];
  readonly cancel: number;
  readonly migrate: number;
  readonly idempotent: boolean;
  readonly horizonMs: number;
  readonly store: SimulateOptions['store'];
  readonly runner: NonNullable<SimulateOptions['runner']>;
  readonly shrinks: boolean;
  readonly replay: Replay | undefined;
}

/** Checks the options and fills in what was not said. */
export function simulationSettings(
  orchestrators: Orchestrator | readonly Orchestrator[],
  services: Services,
  options: SimulateOptions,
): SimulationSettings {
  assertOptions(options, OPTIONS, 'simulate');
  const all = [orchestrators].flat() as readonly Orchestrator[];
  const [first] = all;
  if (!first || !all.every((one) => typeof one?.machine === 'function')) {
    throw config('simulate needs an orchestrator made by createOrchestrator, or a list of them.');
  }
  assertOwnStarts(all);
  const { deploys = [], coverage, replay } = options;
  for (const { name } of deploys) {
    if (all.some((one) => one.name === name)) continue;
    throw config(
      `deploys of simulate has ${name}, which is none of ${all.map((one) => one.name).join(', ')}.`,
    );
  }
  if (replay) assertReplay(replay);
  const watched = (one: Orchestrator) => coverage?.watch(one) ?? one;
  return {
    orchestrators: all.map(watched),
    services: (world) => fleetsOf(typeof services === 'function' ? services(world) : services),
    seeds: whole(options.seeds, 100, 'seeds'),
    firstSeed: whole(options.firstSeed, 1, 'firstSeed'),
    processes: replay?.processes ?? whole(options.processes, 3, 'processes'),
    handlers: replay?.handlers ?? whole(options.handlers, 3, 'handlers'),
    events: options.events ?? (() => [startOf(first)]),
    rates: faultRates(options.faults),
    invariant: options.invariant,
    always: options.always,
    mayRest: options.mayRest ?? (() => false),
    deploys: deploys.map(watched),
    cancel: share(options.cancel, 'cancel'),
    migrate: share(options.migrate, 'migrate'),
    idempotent: options.idempotent ?? false,
    horizonMs: durationMs(options.horizon ?? '400d', 'horizon of simulate'),
    store: options.store,
    runner: options.runner ?? {},
    shrinks: options.shrink ?? true,
    replay,
  };
}

/** Two that one event starts would meet at one process, which is the first one's. */
function assertOwnStarts(all: readonly Orchestrator[]): void {
  for (const [place, one] of all.entries()) {
    const other = all
      .slice(0, place)
      .find(
        ({ startType, name }) =>
          startType !== undefined && (startType === one.startType || name === one.name),
      );
    if (other)
      throw config(
        `${other.name} and ${one.name} of simulate are ${other.name === one.name ? 'of one name' : `both started by ${one.startType}`}: a process is one orchestrator's alone.`,
      );
  }
}

function startOf({ name, startType, hasContract }: Orchestrator): OutsideEvent {
  if (startType !== undefined && !hasContract(startType)) return { type: startType };
  if (startType !== undefined)
    throw config(
      `${startType}, which starts ${name}, has a contract: give simulate the events that start its processes with data that fits, in \`events\`.`,
    );
  throw config(`${name} has no startOn: give simulate the events that start its processes, in \`events\`.`);
}

function fleetsOf(services: Fleet | readonly Fleet[] | undefined): readonly Fleet[] {
  const fleets = services === undefined ? [] : ([services].flat() as readonly Fleet[]);
  if (fleets.every((fleet) => typeof fleet?.handler === 'function')) return fleets;
  throw config('simulate takes fleets made by createFleet, a list of them, or a function that makes them.');
}

function whole(value: number | undefined, fallback: number, name: string): number {
  const is = value ?? fallback;
  if (Number.isInteger(is) && is >= 1) return is;
  throw config(`${name} of simulate must be a whole number of at least 1, not ${String(value)}.`);
}

function share(value: number | undefined, name: string): number {
  const is = value ?? 0;
  if (is >= 0 && is <= 1) return is;
  throw config(`${name} of simulate must be a share from 0 to 1, not ${String(value)}.`);
}

function config(message: string): XorcaError {
  return new XorcaError('XORCA_CONFIG', message);
}
