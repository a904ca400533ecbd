import type { AnyStateMachine } from 'xstate';
import { type AnswerKind, answersTo } from './answers.ts';
import type { CloudEvent } from './cloud-event.ts';
import type { CommandContract } from './command.ts';
import type { EventContract, StandardSchema } from './contract.ts';
import { durationMs } from './duration.ts';
import type { Engine, PreparedMachine } from './engine/engine.ts';
import { xstate5 } from './engine/xstate5.ts';
import { XorcaError } from './errors.ts';
import { type Migration, migrationsOf } from './migration.ts';
import { assertKnown, assertOptions } from './options.ts';
import {
  type EventTransform,
  ORCHESTRATOR_OPTIONS,
  type OrchestratorOptions,
  type Retention,
  type StateMapping,
  type TypedOrchestratorOptions,
} from './orchestrator-options.ts';
import type { ProcessStatus } from './ports.ts';
import type { ProcessFailure } from './record.ts';
import { compareVersions } from './versions.ts';

/** A checked description of processes, which knows no cloud. Give it to `createRunner`. */
export interface Orchestrator {
  readonly name: string;
  readonly source: string;
  /** Registered versions, lowest first. */
  readonly versions: readonly string[];
  readonly startType: string | undefined;
  /** The event types it wants to get beside `evt.*`: what starts and cancels its processes, signals, answers of other names. */
  readonly wants: readonly string[];
  /** The command that starts a process, if it is one: the process then answers it. */
  readonly startCommand: CommandContract | undefined;
  /** Whether an event of this type starts a process when there is none and is given to it either way. */
  isSignal(type: string): boolean;
  /** The process an event is for. */
  processId(event: CloudEvent): string;
  /** Its machine of a version; `XORCA_UNKNOWN_VERSION`, listing the registered ones. */
  machine(version: string, processId: string): PreparedMachine;
  /** Whether the machine of a version has promises to wait for. */
  runsPromises(version: string): boolean;
  /** Whether any version holds data of this type against a schema. */
  hasContract(type: string): boolean;
  /** What data of this type must fit, for a process on this version. */
  contract(type: string, version: string): StandardSchema | undefined;
  /** The contract of an event that is neither a command nor an answer to one. */
  emits(type: string): EventContract | undefined;
  /** What this type says as an answer to a command of this version. */
  answer(type: string, version: string): AnswerKind | undefined;
  /** How long an early event of this type is kept, in ms. */
  bufferMs(type: string): number | undefined;
  readonly deadlineMs: number | undefined;
  /** How long a process that ended so is kept, in ms. */
  retentionMs(status: ProcessStatus): number | undefined;
  /** Whether it deletes any that ended. */
  readonly forgets: boolean;
  migration(from: string): Migration | undefined;
  readonly onChangedMachine: 'error' | 'warn';
  readonly onFailure: ((failure: ProcessFailure) => unknown) | undefined;
  transform(type: string): EventTransform | undefined;
  mapping(state: string): StateMapping | undefined;
  readonly engine: Engine;
}

/**
 * Checks machines and mappings once and makes an orchestrator of them. `XORCA_CONFIG` says what is wrong and where: a missing
 * action or delay, a mapped state that no version has, an unknown option.
 *
 * @example
 * const summary = createOrchestrator({ name: 'books.summary', machines: { '1.0.0': machine }, startOn: 'cmd.books.summarise' })
 */
export function createOrchestrator<
  Machines extends OrchestratorOptions['machines'],
  const Events extends readonly EventContract[] = readonly [],
  Changed extends string = never,
>(options: TypedOrchestratorOptions<Machines, Events, Changed>): Orchestrator {
  assertOptions(options, ORCHESTRATOR_OPTIONS, 'createOrchestrator');
  const { name, machines, startOn, onChangedMachine = 'error' } = options;
  if (typeof name !== 'string' || !/^[\w.-]{1,100}$/.test(name)) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `An orchestrator's name must be 1 to 100 letters, digits, dots, dashes or underscores, not ${JSON.stringify(name)}.`,
    );
  }
  if (onChangedMachine !== 'error' && onChangedMachine !== 'warn') {
    throw new XorcaError(
      'XORCA_CONFIG',
      `onChangedMachine of ${name} must be 'error' or 'warn', not ${JSON.stringify(onChangedMachine)}.`,
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
  const prepared = prepareAll(name, versions, machines, [...mappings.keys()]);
  const answers = new Map(
    [...prepared].map(([version, { commands }]) => [version, answersTo(commands, `${name} ${version}`)]),
  );
  const startCommand = typeof startOn === 'object' && 'input' in startOn ? startOn : undefined;
  const emits = new Map((options.events ?? []).map((contract) => [contract.type, contract]));
  const schemas = new Map([...emits].map(([type, contract]) => [type, contract.data]));
  for (const start of [startOn, ...(options.startOrSignal ?? [])]) {
    if (typeof start === 'object') schemas.set(start.type, 'input' in start ? start.input : start.data);
  }
  for (const type of schemas.keys()) {
    if (![...answers.values()].some((kinds) => kinds.has(type))) continue;
    throw new XorcaError(
      'XORCA_CONFIG',
      `${name} has a contract for ${type}, which answers one of its commands: two contracts for one type. Leave it out of events, or give the command another answer type.`,
    );
  }
  const signals = new Set(
    (options.startOrSignal ?? []).map((signal) => (typeof signal === 'string' ? signal : signal.type)),
  );
  const buffer = new Map(
    Object.entries(options.buffer ?? {}).map(([type, span]) => [
      type,
      durationMs(span, `buffer[${JSON.stringify(type)}] of ${name}`),
    ]),
  );
  const wants = [
    ...(startOn === undefined ? [] : [typeof startOn === 'object' ? startOn.type : startOn]),
    ...(startCommand ? [startCommand.cancel] : []),
    ...signals,
    ...transforms.keys(),
    ...[...answers.values()].flatMap((kinds) => [...kinds.keys()]),
  ];
  for (const type of buffer.keys()) {
    if (![...answers.values()].some((kinds) => kinds.has(type))) continue;
    throw new XorcaError(
      'XORCA_CONFIG',
      `buffer of ${name} names ${type}, an answer to a command: that comes never too early, and late ones are nobody's. Leave it out.`,
    );
  }
  const retention = retentionOf(options.retention ?? {}, name);
  const migrations = migrationsOf(options.migrations ?? {}, versions, name);
  return {
    name,
    source: options.source ?? `/orch/${name.replaceAll('.', '/')}`,
    versions,
    startType: typeof startOn === 'object' ? startOn.type : startOn,
    startCommand,
    wants: [...new Set(wants)].filter((type) => !type.startsWith('evt.')),
    engine: xstate5,
    runsPromises: (version) => prepared.get(version)?.runsPromises ?? false,
    isSignal: (type) => signals.has(type),
    processId: (event) => processIdOf(event, startCommand),
    hasContract: (type) => schemas.has(type) || versions.some((version) => answers.get(version)?.has(type)),
    contract: (type, version) => schemas.get(type) ?? answers.get(version)?.get(type)?.schema,
    emits: (type) => emits.get(type),
    answer: (type, version) => answers.get(version)?.get(type),
    bufferMs: (type) => buffer.get(type),
    deadlineMs:
      options.deadline === undefined ? undefined : durationMs(options.deadline, `deadline of ${name}`),
    retentionMs: (status) => (status === 'active' ? undefined : retention[status]),
    forgets: Object.keys(retention).length > 0,
    migration: (from) => migrations.get(from),
    onChangedMachine,
    onFailure: options.onFailure,
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

// A command that another process sent bears that one's subject, to which the answer goes; the command names the new process, by the
// id of its first attempt, so that a later one finds it, and by its source, since two orchestrators may have processes of one id.
function processIdOf(event: CloudEvent, start: CommandContract | undefined): string {
  const subject = event.subject as string;
  if (!start || typeof event['replyto'] !== 'string') return subject;
  const isStart = event.type === start.type;
  if (!isStart && event.type !== start.cancel) return subject;
  const names: readonly unknown[] = [event['commandid'], isStart ? event.id : event['causationid']];
  const name = names.find((one) => typeof one === 'string');
  return name === undefined ? subject : `${name}@${event.source}`;
}

function retentionOf(retention: Retention, name: string): Readonly<Partial<Record<ProcessStatus, number>>> {
  assertOptions(retention, ['done', 'error', 'cancelled'], `createOrchestrator({ retention }) of ${name}`);
  return Object.fromEntries(
    Object.entries(retention).map(([status, span]) => [
      status,
      durationMs(span, `retention.${status} of ${name}`),
    ]),
  );
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
