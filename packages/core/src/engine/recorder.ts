import type { AnyEventObject, InspectionEvent } from 'xstate';
import type { EngineEffect, MachineEvent } from './engine.ts';
import type { ActionLike, ActorNode, ActorSystemInternals } from './xstate-internals.ts';

type Entered = (state: string, context: unknown) => void;

// An action learns of its system only when it runs, so the listener is found by the system.
const listeners = new WeakMap<ActorSystemInternals, Entered>();

/** The entry action that makes entering a mapped state an effect, in its place among the other actions. */
export function enteredAction(state: string): ActionLike {
  return function xorcaEntered({ context, system }: { context: unknown; system: ActorSystemInternals }) {
    listeners.get(system)?.(state, context);
  } as ActionLike;
}

/** Collects what an actor system decides. */
export interface Recorder {
  readonly inspect: (event: InspectionEvent) => void;
  /** Watches for an event about to be sent to the root; the answer tells afterwards whether a state took it. */
  watch(event: AnyEventObject): () => boolean;
  /** The effects since the last call. */
  take(): readonly EngineEffect[];
}

/** Starts collecting the effects of a root actor and all below it. */
export function recordEffects(root: ActorNode): Recorder {
  let effects: EngineEffect[] = [];
  let watched: AnyEventObject | undefined;
  let taken = false;
  listeners.set(root.system, (state, context) => {
    effects.push({ kind: 'entered', state, context });
  });
  return {
    inspect(event) {
      if (event.type === '@xstate.action') {
        if (event.action.type === 'xstate.emit') {
          effects.push({ kind: 'emitted', event: (event.action.params as { event: MachineEvent }).event });
        }
      } else if (event.type === '@xstate.microstep' && event.event === watched && (event.actorRef as unknown) === root) {
        taken ||= event._transitions.length > 0;
      }
    },
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
