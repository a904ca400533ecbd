import type { AnyEventObject } from 'xstate';
import { asked, type CommandBook, left } from './command-book.ts';
import { type EffectList, fill, putAside, reserve, withdraw } from './effect-list.ts';
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
  readonly root: ActorNode;
  readonly list: EffectList;
  readonly commands: CommandBook;
  /** The event about to be sent to the root. */
  watched: AnyEventObject | undefined;
  /** Whether a state took it. */
  taken: boolean;
  /** Is shown the steps of all machines, if anybody wants to see them. */
  readonly observer: ((event: Inspected) => void) | undefined;
}

/**
 * Starts collecting the effects of a root actor and all below it. Before it starts: its first effects happen then; after the
 * timer book, which leads to the recorder.
 */
export function recordEffects(
  root: ActorNode,
  list: EffectList,
  commands: CommandBook,
  observer?: Recorder['observer'],
): Recorder {
  const recorder: Recorder = { root, list, commands, watched: undefined, taken: false, observer };
  root.system.scheduler.recorder = recorder;
  root.system._sendInspectionEvent = inspect;
  return recorder;
}

/** Watches for an event about to be sent to the root; `taken` tells afterwards whether a state took it. */
export function watch(recorder: Recorder, event: AnyEventObject): void {
  recorder.watched = event;
  recorder.taken = false;
}

// One function for all systems, on data alone. V8 keeps the closure it last saw called in a place, and with a closure of each
// system all that it sees, until the next full garbage collection: with a thousand children that was a third of a step.
function inspect(this: ActorSystemInternals, event: Inspected): void {
  const { recorder } = this.scheduler;
  if (recorder) hear(recorder, event);
}

function hear(recorder: Recorder, event: Inspected): void {
  const { list, commands } = recorder;
  switch (event.type) {
    case '@xstate.action': {
      if (list.isStarting && event.actorRef === recorder.root) putAside(list);
      const { type, params } = event.action;
      if (type === 'xstate.emit') {
        list.items.push({ kind: 'emitted', event: (params as { event: MachineEvent }).event });
      } else if (type === 'xstate.spawnChild') {
        reserve(list, 'start', (params as { actorRef?: ActorNode }).actorRef);
      } else if (type === 'xstate.stopChild') reserve(list, 'stop', params as ActorNode | undefined);
      break;
    }
    case '@xstate.microstep':
      if (event.event === recorder.watched && event.actorRef === recorder.root)
        recorder.taken ||= event._transitions.length > 0;
      recorder.observer?.(event);
      break;
    case '@xstate.actor':
      recorder.observer?.(event);
      break;
    case '@xorca.entered':
      if (list.isStarting) putAside(list);
      list.items.push({ kind: 'entered', state: event.state, context: event.context });
      break;
    case '@xorca.asked': {
      const effect = asked(commands, event);
      if (effect) fill(list, 'start', event.actorRef, effect);
      break;
    }
    case '@xorca.left':
      calledOff(list, event.actorRef, left(commands, event.actorRef, event.settings));
      break;
  }
}

function calledOff(list: EffectList, actor: ActorNode, effect: EngineEffect | undefined): void {
  // Entered and left within one step.
  if (effect?.kind === 'cancel' && effect.id === undefined) withdraw(list, effect.command);
  else if (effect) fill(list, 'stop', actor, effect);
}
