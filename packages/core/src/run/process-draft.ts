import type { CloudEvent } from '../cloud-event.ts';
import { type EffectContext, toCloudEvents } from '../effects.ts';
import type {
  DueInput,
  EngineEffect,
  EngineInput,
  EngineState,
  MachineView,
  PendingCommand,
  PreparedMachine,
  Session,
} from '../engine/engine.ts';
import type { EffectEvent } from '../orchestrator-options.ts';
import type { Trace } from '../record.ts';

/** A process being moved: nothing of it is real before it is saved. */
export interface ProcessDraft {
  /** Last number used in an effect's id. */
  counter(): number;
  /** Moves the process, or throws and leaves it as it was. `trace`: that of the input. */
  apply(input: EngineInput, trace: Trace | undefined): Applied;
  nextDue(now: number): DueInput | undefined;
  pending(): readonly PendingCommand[];
  view(): MachineView;
  save(): EngineState;
  /** Whether promises of the machine are still under way. */
  running(): boolean;
  /** Takes what came of promises that have settled by now, without waiting; undefined: none did. */
  absorb(trace: Trace | undefined): Applied | undefined;
  /** Waits for a promise to settle, at most `ms`, and takes what came of it; undefined: none did. */
  settled(ms: number, trace: Trace | undefined): Promise<Applied | undefined>;
  /** Tells promises that are still under way that nobody waits any more. */
  dispose(): void;
}

export interface Applied {
  readonly handled: boolean;
  readonly events: readonly CloudEvent[];
}

export interface DraftOptions
  extends Pick<EffectContext, 'mapping' | 'emits' | 'source' | 'id' | 'now' | 'maxBytes'> {
  readonly machine: PreparedMachine;
  readonly counter: number;
  /** The stored state, read anew at each call: a machine may change in place what it was given. */
  readonly state: (() => EngineState) | undefined;
  readonly input?: unknown;
  readonly trace: Trace | undefined;
  /** What the process says when it is done. */
  readonly farewell: (view: MachineView) => EffectEvent | undefined;
}

/** Opens a process for the steps of one invocation. `started` are the events of a new process's start. */
export function openDraft(options: DraftOptions): {
  readonly draft: ProcessDraft;
  readonly started: readonly CloudEvent[];
} {
  const { machine, id, now } = options;
  let counter = options.counter;
  // A thrown error spoils an actor system. Another one is then opened and led through what had succeeded before.
  const succeeded: Array<{ readonly input: EngineInput; readonly trace: Trace | undefined }> = [];
  const open = (state = options.state?.()) => machine.open({ id, now, input: options.input, state });
  let session: Session | undefined = open();
  let lastView: MachineView | undefined;

  function eventsOf(
    effects: readonly EngineEffect[],
    from: Session,
    number: number,
    trace: Trace | undefined,
  ): CloudEvent[] {
    const view = from.view();
    const last = view.status === 'done' ? options.farewell(view) : undefined;
    if (effects.length === 0 && !last) return [];
    const all = last ? [...effects, { kind: 'emitted' as const, event: last }] : effects;
    return toCloudEvents(all, number, { ...options, view, trace, sent: from.sent });
  }

  function awake(): Session {
    if (session) return session;
    // What promises brought cannot be led through again: their machines go on from a copy of the last good state.
    const again = open(machine.runsPromises ? kept : undefined);
    if (!machine.runsPromises) {
      let number = options.counter;
      number += eventsOf(again.started, again, number, options.trace).length;
      for (const { input, trace } of succeeded) {
        number += eventsOf(again.step(input).effects, again, number, trace).length;
      }
    }
    session = again;
    return again;
  }

  function keep(from: Session): EngineState {
    const state = from.save();
    if (!machine.runsPromises) return state;
    lastView = from.view();
    return structuredClone(state);
  }

  function spoilt(): void {
    session?.dispose();
    session = undefined;
    // What was kept shares its context with the spoilt session, unless it is a copy.
    if (!machine.runsPromises) kept = undefined;
  }

  function collected(from: Session, trace: Trace | undefined): Applied {
    try {
      const events = eventsOf(from.collect(), from, counter, trace);
      kept = keep(from);
      counter += events.length;
      return { handled: true, events };
    } catch (error) {
      spoilt();
      throw error;
    }
  }

  const started = eventsOf(session.started, session, counter, options.trace);
  counter += started.length;
  // What cannot be kept fails the very step that made it, not the whole batch at its end.
  let kept: EngineState | undefined = options.state && !machine.runsPromises ? undefined : keep(session);
  const draft: ProcessDraft = {
    counter: () => counter,
    apply(input, trace) {
      const current = awake();
      try {
        const { handled, effects } = current.step(input);
        const events = eventsOf(effects, current, counter, trace);
        if (handled || input.kind === 'timer' || input.kind === 'lapse') {
          kept = keep(current);
          succeeded.push({ input, trace });
        }
        counter += events.length;
        return { handled, events };
      } catch (error) {
        spoilt();
        throw error;
      }
    },
    nextDue: (until) => awake().nextDue(until),
    // A session opened only to ask would run promises once more.
    pending: () => (!session && machine.runsPromises && kept ? kept.commands : awake().pending()),
    // Of what is kept: a promise may settle at any moment, and what came of it counts once it is taken.
    view: () => (machine.runsPromises && lastView ? lastView : awake().view()),
    save: () => kept ?? awake().save(),
    // Opening another session only to ask would run them again: what failed is as it was kept, under way.
    running: () => machine.runsPromises && (session?.running() ?? true),
    absorb: (trace) => (session?.takeSettled() ? collected(session, trace) : undefined),
    async settled(ms, trace) {
      const current = awake();
      // Opened anew after something else threw, it may have none under way: then there is nothing to wait for.
      if (!current.running()) return undefined;
      return (await current.settled(ms)) ? collected(current, trace) : undefined;
    },
    dispose: () => session?.dispose(),
  };
  return { draft, started };
}
