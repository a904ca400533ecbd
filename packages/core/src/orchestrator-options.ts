import type { AnyStateMachine } from 'xstate';
import type { CloudEvent } from './cloud-event.ts';
import type { CommandContract } from './command.ts';
import type { EventContract } from './contract.ts';
import type { FittingContracts } from './contract-fit.ts';
import type { Duration } from './duration.ts';
import type { MachineEvent } from './engine/engine.ts';
import type { Migration } from './migration.ts';
import type { ProcessFailure } from './record.ts';

/** What a mapping sees when its state is entered. `context` is as it was at the moment of entry, after the entry actions. */
export interface StateSnapshot<Context = unknown> {
  readonly context: Context;
  /** The state value once the step had settled. */
  readonly value: unknown;
}

/** An event to send: a whole CloudEvent or its type and data. Id and time are always set here; subject and source by default. */
export interface EffectEvent {
  readonly type: string;
  readonly id?: string;
  readonly source?: string;
  readonly subject?: string;
  readonly time?: string;
  readonly data?: unknown;
  readonly [attribute: string]: unknown;
}

/** Makes the event that entering a state emits; undefined emits nothing. Must not have effects of its own. */
export type StateMapping = (
  id: string,
  state: string,
  // biome-ignore lint/suspicious/noExplicitAny: each machine has a context of its own; users annotate it
  snapshot: StateSnapshot<any>,
) => EffectEvent | undefined;

/** Turns a CloudEvent into the event the machine gets. Must not have effects of its own. */
// biome-ignore lint/suspicious/noExplicitAny: data has the shape the user's contract gives it
export type EventTransform = (event: CloudEvent<any>) => MachineEvent;

/** How long ended processes are kept, by how they ended. What is not named is kept for ever. */
export interface Retention {
  readonly done?: Duration;
  readonly error?: Duration;
  readonly cancelled?: Duration;
}

/**
 * A description of processes: their machines, what starts them and what surrounds them. The argument of `createOrchestrator`, which
 * says with `XORCA_CONFIG` what does not fit. Unknown names are refused, too.
 */
export interface OrchestratorOptions {
  /** Its name, in every record. A process belongs to one orchestrator for ever. */
  readonly name: string;
  /** `source` of the events it emits. Default `/orch/<name with slashes for dots>`. */
  readonly source?: string;
  /** Machines by version. New processes take the highest version; a running one stays on its own. */
  readonly machines: Readonly<Record<string, AnyStateMachine>>;
  /**
   * What starts a process (a type, an event's or a command's contract): its data becomes the machine's input, its subject the
   * process's id. A command contract makes this orchestrator a service: when a process ends it answers whoever sent the
   * command. Sent by another process, the command's id becomes the process's id, since the subject is that other one's.
   */
  readonly startOn?: string | EventContract | CommandContract;
  /** Events that start a process when there is none, and are given to its machine either way. */
  readonly startOrSignal?: readonly (string | EventContract)[];
  /** Contracts of further events: data that comes in is validated before any step, data that goes out within it. */
  readonly events?: readonly EventContract[];
  /** Events to keep when no state takes them yet, by type, and for how long. Default: such events are `unhandled`. */
  readonly buffer?: Readonly<Record<string, Duration>>;
  /** How long a process may take as a whole; then it ends in status `error`. Default: for ever. */
  readonly deadline?: Duration;
  /** Deletes ended processes after a while. At least as long as the runner remembers inputs. Default: kept for ever. */
  readonly retention?: Retention;
  /** Ways from one version to another, by the version they lead from; only `migrate` takes them. */
  readonly migrations?: Readonly<Record<string, Migration>>;
  /**
   * What to do when a process meets a machine whose structure is another than the one of the same version it began on.
   * `error` (default): its events fail with `XORCA_MACHINE_CHANGED` until the version is put right. `warn`: it is reported and goes on.
   */
  readonly onChangedMachine?: 'error' | 'warn';
  /**
   * Data of the error that answers the starter, as its contract wants it. Default: the error data of the command that failed, if it
   * fits; else the answer carries only the reason, and the starter's failure is of kind `ended`.
   */
  readonly onFailure?: (failure: ProcessFailure) => unknown;
  /** Turns events into machine events, by type. Default: `{ type, data, cloudevent }`. */
  readonly onCloudEvent?: Readonly<Record<string, EventTransform>>;
  /** Events to emit on entering states, by key: `FetchData`, `#Regulate.#Grounded.Check`. */
  readonly onOrchestrationState?: Readonly<Record<string, StateMapping>>;
}

/** The same, where the machines' declared events are held against the contracts: see `FittingContracts`. */
export type TypedOrchestratorOptions<
  Machines extends OrchestratorOptions['machines'],
  Events extends readonly EventContract[],
  Changed extends string,
> = OrchestratorOptions & {
  readonly machines: Machines;
  readonly events?: Events & FittingContracts<Events, Machines, Changed>;
  readonly onCloudEvent?: Readonly<Record<Changed, EventTransform>>;
};

/** Every option, for telling a typing error. */
export const ORCHESTRATOR_OPTIONS: readonly (keyof OrchestratorOptions)[] = [
  'name',
  'source',
  'machines',
  'startOn',
  'startOrSignal',
  'events',
  'buffer',
  'deadline',
  'retention',
  'migrations',
  'onChangedMachine',
  'onFailure',
  'onCloudEvent',
  'onOrchestrationState',
];
