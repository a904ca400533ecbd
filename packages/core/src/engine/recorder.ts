import type { AnyEventObject } from 'xstate';
import type { CommandBook } from './command-book.ts';
import { commandSettings } from './command-logic.ts';
import type { EngineEffect, MachineEvent } from './engine.ts';
import type { ActionLike, ActorNode, ActorSystemInternals, Inspected } from './xstate-internals.ts';

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
  /** Takes an effect that comes of time passing. */
  add(effect: EngineEffect): void;
  /** The effects since the last call. */
  take(): readonly EngineEffect[];
}

// Keeps the place of a command, or of its calling off, among the effects: xstate starts and stops actors only after all actions
// of the step.
interface Slot {
  readonly kind: 'slot';
  readonly does: 'start' | 'stop';
  readonly actor: ActorNode;
}

/** Starts collecting the effects of a root actor and all below it. Before it starts: its first effects happen then. */
export function recordEffects(root: ActorNode, commands: Pick<CommandBook, 'asked' | 'left'>): Recorder {
  let effects: Array<EngineEffect | Slot> = [];
  let slots = 0;
  let watched: AnyEventObject | undefined;
  let taken = false;

  function reserve(does: Slot['does'], actor: ActorNode | undefined): void {
    if (!actor || !commandSettings(actor.logic)) return;
    effects.push({ kind: 'slot', does, actor });
    slots++;
  }

  function fill(does: Slot['does'], actor: ActorNode, effect: EngineEffect): void {
    const at =
      slots === 0
        ? -1
        : effects.findIndex((slot) => slot.kind === 'slot' && slot.does === does && slot.actor === actor);
    if (at === -1) effects.push(effect);
    else {
      effects[at] = effect;
      slots--;
    }
  }

  function left(actor: ActorNode, effect: EngineEffect | undefined): void {
    if (effect?.kind === 'cancel' && effect.id === undefined) {
      // Entered and left within one step: it was never sent, and now never will be.
      effects = effects.filter((slot) => !(slot.kind === 'command' && slot.command === effect.command));
    } else if (effect) fill('stop', actor, effect);
  }

  root.system.scheduler.hear = (event) => {
    switch (event.type) {
      case '@xstate.action': {
        const { type, params } = event.action;
        if (type === 'xstate.emit') {
          effects.push({ kind: 'emitted', event: (params as { event: MachineEvent }).event });
        } else if (type === 'xstate.spawnChild') {
          reserve('start', (params as { actorRef?: ActorNode }).actorRef);
        } else if (type === 'xstate.stopChild') reserve('stop', params as ActorNode | undefined);
        break;
      }
      case '@xstate.microstep':
        if (event.event === watched && event.actorRef === root) taken ||= event._transitions.length > 0;
        break;
      case '@xorca.entered':
        effects.push({ kind: 'entered', state: event.state, context: event.context });
        break;
      case '@xorca.asked': {
        const effect = commands.asked(event.actorRef, event.settings, event.input);
        if (effect) fill('start', event.actorRef, effect);
        break;
      }
      case '@xorca.left':
        left(event.actorRef, commands.left(event.actorRef, event.settings));
        break;
    }
  };
  root.system._sendInspectionEvent = inspect;
  return {
    watch(event) {
      watched = event;
      taken = false;
      return () => taken;
    },
    add(effect) {
      effects.push(effect);
    },
    take() {
      const collected = slots > 0 ? effects.filter(isEffect) : (effects as EngineEffect[]);
      effects = [];
      slots = 0;
      return collected;
    },
  };
}

// One function for all systems. V8's notes on who was called keep a function alive, and with a closure of each system all that it
// saw, until the next full garbage collection: with a thousand children that was a third of a step.
function inspect(this: ActorSystemInternals, event: Inspected): void {
  this.scheduler.hear?.(event);
}

function isEffect(slot: EngineEffect | Slot): slot is EngineEffect {
  return slot.kind !== 'slot';
}
