import type { AnyStateMachine } from 'xstate';
import type { CloudEvent } from './cloud-event.ts';
import type { EventContract } from './contract.ts';
import type { Engine, MachineEvent, PreparedMachine } from './engine/engine.ts';
import { xstate5 } from './engine/xstate5.ts';
import { XorcaError } from './errors.ts';
import { assertKnown, assertOptions } from './options.ts';
import { compareVersions } from './versions.ts';

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

export interface OrchestratorOptions {
  /** Its name, in every record. A process belongs to one orchestrator for ever. */
  readonly name: string;
  /** `source` of the events it emits. Default `/orch/<name with slashes for dots>`. */
  readonly source?: string;
  /** Machines by version. New processes take the highest version; a running one stays on its own. */
  readonly machines: Readonly<Record<string, AnyStateMachine>>;
  /** The event (a contract or a type) that starts a process: its subject becomes the id, its data the machine's input. */
  readonly startOn?: string | EventContract;
  /** Contracts of further events it takes: their data is validated before any step. */
  readonly events?: readonly EventContract[];
  /** Turns events into machine events, by type. Default: `{ type, data, cloudevent }`. */
  readonly onCloudEvent?: Readonly<Record<string, EventTransform>>;
  /** Events to emit on entering states, by key: `FetchData`, `#Regulate.#Grounded.Check`. */
  readonly onOrchestrationState?: Readonly<Record<string, StateMapping>>;
}

/** A checked description of processes, which knows no cloud. Give it to `createRunner`. */
export interface Orchestrator {
  readonly name: string;
  readonly source: string;
  /** Registered versions, lowest first. */
  readonly versions: readonly string[];
  readonly startType: string | undefined;
  /** Its machine of a version; `XORCA_UNKNOWN_VERSION`, listing the registered ones. */
  machine(version: string, processId: string): PreparedMachine;
  contract(type: string): EventContract | undefined;
  transform(type: string): EventTransform | undefined;
  mapping(state: string): StateMapping | undefined;
  readonly engine: Engine;
}

const OPTIONS = ['name', 'source', 'machines', 'startOn', 'events', 'onCloudEvent', 'onOrchestrationState'];

/**
 * Checks machines and mappings once and makes an orchestrator of them. `XORCA_CONFIG` says what is wrong and where: a missing
 * action or delay, a mapped state that no version has, an unknown option.
 *
 * @example
 * const summary = createOrchestrator({ name: 'books.summary', machines: { '1.0.0': machine }, startOn: 'cmd.books.summarise' })
 */
export function createOrchestrator(options: OrchestratorOptions): Orchestrator {
  assertOptions(options, OPTIONS, 'createOrchestrator');
  const { name, machines, startOn } = options;
  if (typeof name !== 'string' || !/^[\w.-]{1,100}$/.test(name)) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `An orchestrator's name must be 1 to 100 letters, digits, dots, dashes or underscores, not ${JSON.stringify(name)}.`,
    );
  }
  const versions = Object.keys(machines ?? {}).sort(compareVersions);
  if (versions.length === 0)
    throw new XorcaError(
      'XORCA_CONFIG',
      `Orchestrator ${name} needs at least one machine in \`machines\`, by version.`,
    );
  const mappings = new Map(Object.entries(options.onOrchestrationState ?? {}));
  const transforms = new Map(Object.entries(options.onCloudEvent ?? {}));
  const contracts = new Map((options.events ?? []).map((contract) => [contract.type, contract]));
  if (typeof startOn === 'object') contracts.set(startOn.type, startOn);
  const prepared = prepareAll(name, versions, machines, [...mappings.keys()]);
  return {
    name,
    source: options.source ?? `/orch/${name.replaceAll('.', '/')}`,
    versions,
    startType: typeof startOn === 'object' ? startOn.type : startOn,
    engine: xstate5,
    contract: (type) => contracts.get(type),
    transform: (type) => transforms.get(type),
    mapping: (state) => mappings.get(state),
    machine(version, processId) {
      const machine = prepared.get(version);
      if (machine) return machine;
      throw new XorcaError(
        'XORCA_UNKNOWN_VERSION',
        `Process ${JSON.stringify(processId)} is on version ${JSON.stringify(version)} of ${name}; registered are ${versions.join(', ')}. Register that version again.`,
        { processId },
      );
    },
  };
}

function prepareAll(
  name: string,
  versions: readonly string[],
  machines: Readonly<Record<string, AnyStateMachine>>,
  mapped: readonly string[],
): Map<string, PreparedMachine> {
  const prepared = new Map(
    versions.map((version) => [
      version,
      xstate5.prepare(machines[version], { mapped, where: `${name} ${version}` }),
    ]),
  );
  const known = [...new Set([...prepared.values()].flatMap(({ stateKeys }) => stateKeys))];
  for (const key of mapped) assertKnown(key, known, 'state', `onOrchestrationState of ${name}`);
  return prepared;
}
