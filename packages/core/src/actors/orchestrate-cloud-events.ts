import type { AnyStateMachine } from 'xstate';
import type { CloudEvent } from '../cloud-event.ts';
import type { MachineView } from '../engine/engine.ts';
import { XorcaError } from '../errors.ts';
import { handleAll, startOf } from '../handle.ts';
import { assertOptions } from '../options.ts';
import { createOrchestrator, type Orchestrator } from '../orchestrator.ts';
import type { EventTransform, StateMapping } from '../orchestrator-options.ts';
import type { Outcome } from '../outcome.ts';
import type { Clock, EventPublisher, ProcessLock, ProcessStore } from '../ports.ts';
import { createProcessRunner } from '../process-runner.ts';
import { resolveSettings } from '../runner-options.ts';
import type { Telemetry } from '../telemetry.ts';

/** A machine and the version it is registered as. */
export interface VersionedStateMachine {
  readonly version: string;
  readonly logic: AnyStateMachine;
}

/** The machine, its storage and what `orchestrateCloudEvents` may need beside them. Unknown names are `XORCA_CONFIG`. */
export interface OrchestrateCloudEventsInput {
  /** One machine, or several versions of it: new processes take the highest. */
  readonly statemachine: VersionedStateMachine | readonly VersionedStateMachine[];
  readonly storage: ProcessStore;
  readonly lock?: ProcessLock;
  /** Both take the lock around load and save; without it nothing is lost either, only work is wasted on conflicts. */
  readonly locking?: 'write' | 'read-write';
  /** How long to wait for the lock, in ms. Default 10,000. */
  readonly acquireLockMaxTimeout?: number;
  /** Keeps processes of several orchestrations in one storage apart. Default `'orchestration'`. */
  readonly name?: string;
  /** `source` of events that name none. */
  readonly source?: string;
  readonly onCloudEvent?: Readonly<Record<string, EventTransform>>;
  readonly onOrchestrationState?: Readonly<Record<string, StateMapping>>;
  /** Called after each commit. What it throws is reported and spoils nothing. */
  readonly onSnapshot?: (processId: string, snapshot: MachineView) => unknown;
  /** With it events are published and confirmed here; without it you publish `eventsToEmit` and call `confirm`. */
  readonly publisher?: EventPublisher;
  readonly clock?: Clock;
  /** Sees what happens, and lends events their trace. See `RunnerOptions`. */
  readonly telemetry?: Telemetry;
  readonly report?: (error: XorcaError) => void;
}

/** A process to begin. */
export interface InitialOrchestration {
  readonly subject: string;
  /** The machine's input. */
  readonly context?: unknown;
  readonly version?: string;
}

/** What came of the inits and events, and what is left for you to publish. */
export interface OrchestrationResult {
  /** What to publish now, in order. Their ids are stable: publishing twice is harmless. */
  readonly eventsToEmit: readonly CloudEvent[];
  /** Context by process id, of the processes that moved. */
  readonly processIdContext: Readonly<Record<string, unknown>>;
  /** What could not be done and why. Each stands for one event or init; the others went on. */
  readonly errors: ReadonlyArray<{ readonly error: XorcaError; readonly event?: CloudEvent }>;
  /** One for each of the inits and then of the events. */
  readonly outcomes: readonly Outcome[];
  /** Call it when `eventsToEmit` are published: until then a redelivered event gives its effects again. */
  confirm(): Promise<void>;
}

const OPTIONS = [
  'statemachine',
  'storage',
  'lock',
  'locking',
  'acquireLockMaxTimeout',
  'name',
  'source',
  'onCloudEvent',
  'onOrchestrationState',
  'onSnapshot',
  'publisher',
  'clock',
  'telemetry',
  'report',
];

// Checking and instrumenting machines costs more than a step; a function's input lives as long as its instance.
const orchestrators = new WeakMap<object, Orchestrator>();

/**
 * Begins processes and leads events through them: load, step, one conditional save for each subject. Each subject is on its
 * own: a bad event or process is named in `errors` and spoils no other. Throws only `XORCA_CONFIG`.
 *
 * @example
 * const { eventsToEmit, confirm } = await orchestrateCloudEvents({ statemachine, storage, onOrchestrationState }, events)
 * await bus.publish(eventsToEmit)
 * await confirm()
 */
export async function orchestrateCloudEvents(
  input: OrchestrateCloudEventsInput,
  events: readonly unknown[] = [],
  inits: readonly InitialOrchestration[] = [],
): Promise<OrchestrationResult> {
  const orchestrator = orchestratorOf(input);
  const {
    storage: store,
    publisher,
    clock,
    lock,
    locking,
    acquireLockMaxTimeout,
    onSnapshot,
    telemetry,
    report,
  } = input;
  if (locking && !lock)
    throw new XorcaError(
      'XORCA_CONFIG',
      `orchestrateCloudEvents has locking '${locking}' but no lock: give one, or leave locking out.`,
    );
  const settings = resolveSettings(
    orchestrator,
    {
      store,
      ...(publisher ? { publisher } : {}),
      ...(clock ? { clock } : {}),
      ...(lock && locking ? { lock } : {}),
    },
    {
      ...(onSnapshot ? { onSnapshot } : {}),
      ...(telemetry ? { telemetry } : {}),
      ...(report ? { report } : {}),
      ...(acquireLockMaxTimeout === undefined ? {} : { lock: { timeout: acquireLockMaxTimeout } }),
    },
  );
  const processes = createProcessRunner(settings);
  const starts = inits.map(({ subject, context, version }) =>
    startOf(orchestrator, subject, context, version, settings.now()),
  );
  const incoming = [...starts, ...events.map((event) => ({ event }))];
  const { outcomes, results } = await handleAll(settings, processes, incoming, Number.POSITIVE_INFINITY);

  const caused = outcomes.flatMap(({ status, effects }) =>
    status === 'applied' || status === 'duplicate' ? effects : [],
  );
  // What overdue timers decided before the first event is nobody's doing, and must go out all the same.
  const named = new Set(caused.map(({ id }) => id));
  const byTime = [...results.values()].flatMap(({ effects }) => effects.filter(({ id }) => !named.has(id)));
  const emitted = [...byTime, ...caused];
  return {
    eventsToEmit: emitted,
    processIdContext: Object.fromEntries(
      [...results].flatMap(([id, { view }]) => (view ? [[id, view.context]] : [])),
    ),
    errors: outcomes.flatMap(({ error, event }) => (error ? [{ error, ...(event ? { event } : {}) }] : [])),
    outcomes,
    async confirm() {
      if (publisher || emitted.length === 0) return;
      for (const id of results.keys()) await processes.confirm(id, emitted);
    },
  };
}

function orchestratorOf(input: OrchestrateCloudEventsInput): Orchestrator {
  const known = orchestrators.get(input);
  if (known) return known;
  assertOptions(input, OPTIONS, 'orchestrateCloudEvents');
  const machines = [input.statemachine].flat() as readonly VersionedStateMachine[];
  const versions = machines.map(({ version }) => version);
  const twice = versions.find((version, at) => versions.indexOf(version) !== at);
  if (twice !== undefined)
    throw new XorcaError(
      'XORCA_CONFIG',
      `orchestrateCloudEvents has version ${JSON.stringify(twice)} twice.`,
    );
  const { name = 'orchestration', source, onCloudEvent, onOrchestrationState } = input;
  const orchestrator = createOrchestrator({
    name,
    machines: Object.fromEntries(machines.map(({ version, logic }) => [version, logic])),
    ...(source ? { source } : {}),
    ...(onCloudEvent ? { onCloudEvent } : {}),
    ...(onOrchestrationState ? { onOrchestrationState } : {}),
  });
  orchestrators.set(input, orchestrator);
  return orchestrator;
}
