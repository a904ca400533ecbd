import type { AnyEventObject } from 'xstate';
import type { EngineEffect, MachineEvent } from './engine.ts';
import type { ActionLike, ActorNode, ActorSystemInternals } from './xstate-internals.ts';

// An action learns of its system only when it runs, so the listener is found on the system. A WeakMap would do it without a
// property of our own, but one entry a step makes the collector the dearest part of a step.
const LISTENER = Symbol('xorca.entered');

interface ListeningSystem extends ActorSystemInternals {
  [LISTENER]?: (state: string, context: unknown) => void;
}

/** The entry action that makes entering a mapped state an effect, in its place among the other actions. */
export function enteredAction(state: string): ActionLike {
  return function xorcaEntered({ context, system }: { context: unknown; system: ListeningSystem }) {
    system[LISTENER]?.(state, context);
  } as ActionLike;
}

/** Collects what an actor system decides. */
export interface Recorder {
  /** Watches for an event about to be sent to the root; the answer tells afterwards whether a state took it. */
  watch(event: AnyEventObject): () => boolean;
  /** The effects since the last call. */
  take(): readonly EngineEffect[];
}

/** Starts collecting the effects of a root actor and all below it. Before it starts: its first effects happen then. */
export function recordEffects(root: ActorNode): Recorder {
  let effects: EngineEffect[] = [];
  let watched: AnyEventObject | undefined;
  let taken = false;
  (root.system as ListeningSystem)[LISTENER] = (state, context) => {
    effects.push({ kind: 'entered', state, context });
  };
  root.system._sendInspectionEvent = (event) => {
    if (event.type === '@xstate.action') {
      if (event.action.type === 'xstate.emit') {
        effects.push({ kind: 'emitted', event: (event.action.params as { event: MachineEvent }).event });
      }
    } else if (event.type === '@xstate.microstep' && event.event === watched && event.actorRef === root) {
      taken ||= event._transitions.length > 0;
    }
  };
  return {
    watch(event) {
      watched = event;
      taken = false;
      return () => taken;
    },
    take() {
      const collected = effects;
      effects = [];
      return collected;
    },
  };
}
