import type { AnyEventObject } from 'xstate';
import type { CommandSettings } from './command-logic.ts';
import type { Recorder } from './recorder.ts';

/*
 * The parts of xstate 5 that its types hide and this engine needs, checked against 5.32.3 to 5.33.3.
 * Nothing outside `engine/` may know them.
 */

/** A running actor as the scheduler meets it. */
export interface ActorNode {
  readonly id: string;
  readonly src: unknown;
  readonly logic: unknown;
  readonly _parent?: ActorNode;
  readonly system: ActorSystemInternals;
  getSnapshot(): {
    readonly status: string;
    readonly children?: Record<string, ActorNode | undefined>;
    readonly _nodes?: readonly StateNodeLike[];
  };
  send(event: AnyEventObject): void;
}

/** What an actor system tells about one of its steps. */
export type Inspected =
  | {
      readonly type: '@xstate.action';
      readonly actorRef: ActorNode;
      readonly action: { readonly type: string; readonly params: unknown };
    }
  | {
      readonly type: '@xstate.microstep';
      readonly actorRef: ActorNode;
      readonly event: AnyEventObject;
      readonly snapshot: { readonly _nodes: readonly StateNodeLike[] };
      readonly _transitions: readonly TransitionNode[];
    }
  | { readonly type: '@xstate.snapshot' | '@xstate.actor'; readonly actorRef: ActorNode }
  | { readonly type: '@xstate.event' }
  /** Our own: a command's actor starts, or is stopped while it waits. */
  | {
      readonly type: '@xorca.asked';
      readonly actorRef: ActorNode;
      readonly settings: CommandSettings;
      readonly input: unknown;
      /** False: it was sent before the restore. */
      readonly isNew: boolean;
    }
  | { readonly type: '@xorca.left'; readonly actorRef: ActorNode; readonly settings: CommandSettings }
  /** Our own: a mapped state was entered. */
  | { readonly type: '@xorca.entered'; readonly state: string; readonly context: unknown };

/** Scheduler and inspection of a system: replaceable, since every actor reads them through the system at each call. */
export interface ActorSystemInternals {
  /** Taking its place spares the copy of each event that a public inspector gets. */
  _sendInspectionEvent(event: Inspected): void;
  scheduler: Scheduler;
}

/** What a system has its delayed events from. */
export interface Scheduler {
  schedule(source: ActorNode, target: ActorNode, event: AnyEventObject, delay: number, id?: string): void;
  cancel(source: ActorNode, id: string): void;
  cancelAll(actor: ActorNode): void;
  /** Our own: who hears what the system tells; see recorder.ts. */
  recorder?: Recorder | undefined;
}

/** An action as a state node keeps it: a name, an object with a name, an own function or a built-in one. */
export type ActionLike =
  | string
  | { readonly type: string }
  | (((...args: never[]) => unknown) & {
      readonly type?: string;
      readonly delay?: unknown;
      readonly src?: unknown;
      readonly resolve?: unknown;
    });

export type GuardLike =
  | string
  | { readonly type: string }
  | (((...args: never[]) => unknown) & { readonly guards?: readonly GuardLike[] });

export interface TransitionNode {
  readonly source: StateNodeLike;
  readonly guard?: GuardLike;
  readonly actions: readonly ActionLike[];
  readonly target?: readonly StateNodeLike[];
  readonly reenter: boolean;
  readonly eventType: string | null;
}

export interface StateNodeLike {
  readonly id: string;
  readonly key: string;
  readonly path: readonly string[];
  readonly parent?: StateNodeLike;
  readonly type: string;
  readonly history: unknown;
  readonly order: number;
  readonly states: Record<string, StateNodeLike>;
  readonly entry: ActionLike[];
  readonly exit: readonly ActionLike[];
  readonly invoke: ReadonlyArray<{ readonly id: string; readonly src: string }>;
  readonly config: { readonly invoke?: unknown };
  readonly after: ReadonlyArray<{ readonly delay: unknown }>;
  readonly initial?: TransitionNode;
  readonly transitions: ReadonlyMap<string, readonly TransitionNode[]>;
  readonly always?: readonly TransitionNode[];
}

export interface Implementations {
  readonly actions: Record<string, unknown>;
  readonly actors: Record<string, unknown>;
  readonly guards: Record<string, unknown>;
  readonly delays: Record<string, unknown>;
}

/** A machine, as far as checking and instrumenting it go. */
export interface MachineInternals {
  readonly id: string;
  readonly root: StateNodeLike;
  readonly implementations: Implementations;
  readonly events: readonly string[];
  readonly options: { maxIterations?: number };
  provide(implementations: object): MachineInternals;
}

/** Whether a value is an xstate 5 machine, also one of another copy of the package. */
export function isMachine(value: unknown): value is MachineInternals {
  return (
    typeof value === 'object' &&
    value !== null &&
    'root' in value &&
    'implementations' in value &&
    'provide' in value &&
    typeof value.provide === 'function'
  );
}

/** A state node and all below it, in document order. */
export function* allNodes(node: StateNodeLike): Generator<StateNodeLike> {
  yield node;
  for (const child of Object.values(node.states)) yield* allNodes(child);
}

/** All transitions of a state node: by event, by `always`, by entering it. */
export function* transitionsOf(node: StateNodeLike): Generator<TransitionNode> {
  for (const list of node.transitions.values()) yield* list;
  yield* node.always ?? [];
  if (node.initial) yield node.initial;
}
