import type { AnyEventObject } from 'xstate';
import type { EngineEffect, MachineEvent } from './engine.ts';
import type { ActionLike, ActorNode, ActorSystemInternals } from './xstate-internals.ts';

/**
 * The entry action that makes entering a mapped state an effect, in its place among the other actions. It speaks through the
 * system's inspection, the one thing it shares with the recorder: a property of our own on the system, or a WeakMap of
 * systems, would cost a third of a whole step.
 */
export function enteredAction(state: string): ActionLike {
  return function xorcaEntered({ context, system }: { context: unknown; system: ActorSystemInternals }) {
    system._sendInspectionEvent({ type: '@xorca.entered', state, context });
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
  root.system._sendInspectionEvent = (event) => {
    if (event.type === '@xstate.action') {
      if (event.action.type === 'xstate.emit') {
        effects.push({ kind: 'emitted', event: (event.action.params as { event: MachineEvent }).event });
      }
    } else if (event.type === '@xstate.microstep' && event.event === watched && event.actorRef === root) {
      taken ||= event._transitions.length > 0;
    } else if (event.type === '@xorca.entered') {
      effects.push({ kind: 'entered', state: event.state, context: event.context });
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
