import { Actor, type AnyStateMachine, type SnapshotFrom } from 'xstate';
import { type CloudEvent, faultOfEvent, invalid } from '../cloud-event.ts';
import { complete, wantedEvent } from '../effects.ts';
import { checkMachine } from '../engine/check-machine.ts';
import { keepCommands } from '../engine/command-book.ts';
import { contractsOf } from '../engine/contracts-of.ts';
import { effectList, takeEffects } from '../engine/effect-list.ts';
import { recordEffects } from '../engine/recorder.ts';
import { stateKey } from '../engine/state-key.ts';
import { type ActorNode, allNodes, type MachineInternals } from '../engine/xstate-internals.ts';
import { instrument } from '../engine/xstate5.ts';
import { XorcaError } from '../errors.ts';
import { assertKnown, assertOptions } from '../options.ts';
import type { EventTransform, StateMapping } from '../orchestrator-options.ts';

/** What stands between CloudEvents and the machine. */
export interface CloudOrchestrationMiddleware {
  /** By event type: what the machine gets. Default: `{ type, data, cloudevent }`. */
  readonly cloudevent?: Readonly<Record<string, EventTransform>>;
  /** By state key: the event that entering it emits. */
  readonly orchestration?: Readonly<Record<string, StateMapping>>;
}

/** What a `CloudOrchestrationActor` begins with or goes on from. Unknown names are `XORCA_CONFIG`. */
export interface CloudOrchestrationActorOptions<Machine extends AnyStateMachine> {
  /** The process: `subject` of what it emits. */
  readonly id: string;
  /** The machine's version; for the reader of logs, the actor does nothing with it. */
  readonly version?: string;
  /** A persisted snapshot to go on from. */
  readonly snapshot?: SnapshotFrom<Machine> | undefined;
  readonly input?: unknown;
  /** `source` of events that name none. Default `/orch/<machine's id>`. */
  readonly source?: string;
  readonly middleware?: CloudOrchestrationMiddleware;
}

const OPTIONS = ['id', 'version', 'snapshot', 'input', 'source', 'middleware'];

/**
 * An xstate actor that takes CloudEvents and keeps the events its states are mapped to, for you to publish. It keeps no
 * dedupe window, outbox or stable ids: `orchestrateCloudEvents` and `createRunner` do.
 */
export class CloudOrchestrationActor<Machine extends AnyStateMachine> extends Actor<Machine> {
  readonly version: string | undefined;
  readonly #middleware: CloudOrchestrationMiddleware;
  readonly #source: string;
  readonly #effects = effectList();
  readonly #events: CloudEvent[] = [];
  #failure: { readonly error: unknown } | undefined;

  constructor(machine: Machine, options: CloudOrchestrationActorOptions<Machine>) {
    assertOptions(options, OPTIONS, 'CloudOrchestrationActor');
    const { id, snapshot, input, middleware = {} } = options;
    assertOptions(middleware, ['cloudevent', 'orchestration'], 'CloudOrchestrationActor({ middleware })');
    const internals = machine as unknown as MachineInternals;
    const mapped = Object.keys(middleware.orchestration ?? {});
    checkMachine(internals, machine.id);
    const [command] = contractsOf(internals);
    if (command) {
      throw new XorcaError(
        'XORCA_CONFIG',
        `Machine ${machine.id} invokes ${command.type}, but a CloudOrchestrationActor keeps no commands. Use createRunner or orchestrateCloudEvents.`,
      );
    }
    const known = [...allNodes(internals.root)].flatMap((node) => stateKey(node) ?? []);
    for (const key of mapped) assertKnown(key, known, 'state', machine.id);
    super(
      instrument(internals, mapped) as unknown as Machine,
      {
        id,
        input: input as never,
        ...(snapshot ? { snapshot: structuredClone(snapshot) } : {}),
      } as never,
    );
    this.version = options.version;
    this.#middleware = middleware;
    this.#source = options.source ?? `/orch/${machine.id}`;
    const root = this as unknown as ActorNode;
    const none = keepCommands(root, { commands: [], now: 0 }, this.#effects);
    recordEffects(root, this.#effects, none);
    this.subscribe({
      error: (error: unknown) => {
        this.#failure = { error };
      },
    });
  }

  /** Gives the machine a CloudEvent, transformed if a transform is set. Throws what the machine throws. */
  cloudevent(event: CloudEvent): void {
    const fault = faultOfEvent(event);
    if (fault) throw invalid(event, fault);
    const transform = this.#middleware.cloudevent?.[event.type];
    this.send(
      (transform ? transform(event) : { type: event.type, data: event.data, cloudevent: event }) as never,
    );
    if (this.#failure) throw this.#failure.error;
  }

  /** Every event this actor has emitted since it was made, in order. Publish them once the state is saved. */
  get eventsToEmit(): readonly CloudEvent[] {
    const { value, context, output } = this.getSnapshot() as Record<string, unknown>;
    const from = {
      mapping: (state: string) => this.#middleware.orchestration?.[state],
      id: this.id,
      view: { status: 'active', value, context, output } as const,
    };
    for (const effect of takeEffects(this.#effects)) {
      const event = wantedEvent(effect, from);
      if (!event) continue;
      const id = event.id ?? globalThis.crypto.randomUUID();
      const time = event.time ?? new Date().toISOString();
      this.#events.push(
        complete({ ...event, id, time }, { id: this.id, source: this.#source, maxBytes: undefined }),
      );
    }
    return this.#events;
  }
}

/** `new CloudOrchestrationActor(machine, options)`, as a function. */
export function createCloudOrchestrationActor<Machine extends AnyStateMachine>(
  machine: Machine,
  options: CloudOrchestrationActorOptions<Machine>,
): CloudOrchestrationActor<Machine> {
  return new CloudOrchestrationActor(machine, options);
}
