import type { CloudEvent } from './cloud-event.ts';
import { toCloudEvents } from './effects.ts';
import type {
  EngineInput,
  EngineState,
  MachineView,
  PreparedMachine,
  Session,
  Timer,
} from './engine/engine.ts';
import type { Orchestrator } from './orchestrator.ts';

/** A process being moved: nothing of it is real before it is saved. */
export interface ProcessDraft {
  /** Last number used in an effect's id. */
  counter(): number;
  /** Moves the process, or throws and leaves it as it was. */
  apply(input: EngineInput): Applied;
  due(now: number): readonly Timer[];
  view(): MachineView;
  save(): EngineState;
}

export interface Applied {
  readonly handled: boolean;
  readonly events: readonly CloudEvent[];
}

export interface DraftOptions {
  readonly orchestrator: Orchestrator;
  readonly machine: PreparedMachine;
  readonly id: string;
  readonly counter: number;
  /** The stored state, read anew at each call: a machine may change in place what it was given. */
  readonly state?: () => EngineState;
  readonly input?: unknown;
  readonly now: number;
  readonly maxEffectBytes: number | undefined;
}

/** Opens a process for the steps of one invocation. `started` are the events of a new process's start. */
export function openDraft(options: DraftOptions): {
  readonly draft: ProcessDraft;
  readonly started: readonly CloudEvent[];
} {
  const { orchestrator, id, now } = options;
  let counter = options.counter;
  // A thrown error spoils an actor system. Another one is then opened and led through what had succeeded before.
  const succeeded: EngineInput[] = [];
  const open = () => {
    const { machine, state, input } = options;
    return machine.open({ id, now, input, ...(state ? { state: state() } : {}) });
  };
  let session: Session | undefined = open();

  const awake = (): Session => {
    if (session) return session;
    const again = open();
    for (const input of succeeded) again.step(input);
    session = again;
    return again;
  };
  const eventsOf = (effects: Session['started'], from: Session) =>
    effects.length === 0
      ? []
      : toCloudEvents(effects, counter, {
          mapping: orchestrator.mapping,
          source: orchestrator.source,
          id,
          view: from.view(),
          now,
          maxBytes: options.maxEffectBytes,
        });

  const started = eventsOf(session.started, session);
  counter += started.length;
  // What cannot be kept fails the very step that made it, not the whole batch at its end.
  let kept: EngineState | undefined = options.state ? undefined : session.save();
  const draft: ProcessDraft = {
    counter: () => counter,
    apply(input) {
      const current = awake();
      try {
        const { handled, effects } = current.step(input);
        const events = eventsOf(effects, current);
        if (handled || input.kind === 'timer') {
          kept = current.save();
          succeeded.push(input);
        }
        counter += events.length;
        return { handled, events };
      } catch (error) {
        // What was kept shares its context with the spoilt session.
        session = undefined;
        kept = undefined;
        throw error;
      }
    },
    due: (until) => awake().due(until),
    view: () => awake().view(),
    save: () => kept ?? awake().save(),
  };
  return { draft, started };
}
