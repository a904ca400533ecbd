import { type AnyStateMachine, createActor } from 'xstate';
import { acceptor } from './acceptor.ts';
import { actorAt, pathOf } from './actor-path.ts';
import { commandSettings } from './command-logic.ts';
import { type Adopted, type EngineState, type PreparedMachine, type Timer, timerName } from './engine.ts';
import { keyOf } from './timer-book.ts';
import { type ActorNode, isMachine, type MachineInternals, type StateNodeLike } from './xstate-internals.ts';

/**
 * Takes over a state that another version of the machine made. It is restored but not started: what is looked for is there, and
 * nothing runs. The `after` of a state that the other version did not time begins now.
 */
export function adoptState(machine: AnyStateMachine, { id, state, now, knew }: AdoptOptions): Adopted {
  const root = restored(machine, id, state);
  const lost = [
    ...state.timers
      .filter((timer) => !takesTimer(actorAt(root, timer.to), timer))
      .map((timer) => `the timer ${timerName(timer)}`),
    ...state.commands
      .filter(({ path, type }) => commandSettings(actorAt(root, path)?.logic)?.contract.type !== type)
      .map(({ type, path }) => `the command ${type} of ${path.join('/')}`),
  ];
  const unstarted: string[] = [];
  const missing: Timer[] = [];
  // What is over is not in the record any more either: only what the other version did not have is new.
  const isNew = (name: string) => knew !== undefined && !knew.has(name);
  const unknown: string[] = [];
  for (const { actor, machine: logic, node } of activeStates(root)) {
    const { children = {} } = actor.getSnapshot();
    for (const { id: name, src } of node.invoke) {
      if (children[name]) continue;
      if (isNew(invokeName(node, src))) unstarted.push(invokeName(node, src));
      else if (!knew) unknown.push(invokeName(node, src));
    }
    for (const { delay } of node.after) {
      const name = afterName(node, delay);
      if (isNew(name)) missing.push(...missingTimer(actor, logic, name, delay, { state, now }));
      else if (!knew && !isArmed(actor, name, state)) unknown.push(name);
    }
  }
  let { sequence } = state;
  const armed = missing.map((timer) => ({ ...timer, token: ++sequence }));
  return { lost, unstarted, unknown, state: { ...state, timers: [...state.timers, ...armed], sequence } };
}

/** Names of what the active states of a state wait for by themselves. */
export function waitsFor(
  machine: AnyStateMachine,
  { id, state }: Pick<AdoptOptions, 'id' | 'state'>,
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { node } of activeStates(restored(machine, id, state))) {
    for (const { src } of node.invoke) names.add(invokeName(node, src));
    for (const { delay } of node.after) names.add(afterName(node, delay));
  }
  return names;
}

type AdoptOptions = Parameters<PreparedMachine['adopt']>[0];

function restored(machine: AnyStateMachine, id: string, state: EngineState): ActorNode {
  const snapshot = structuredClone(state.snapshot) as never;
  const root = createActor(machine, { id, snapshot }) as unknown as ActorNode;
  const { status, error } = root.getSnapshot() as { status: string; error?: unknown };
  if (status === 'error') throw error;
  return root;
}

interface ActiveState {
  readonly actor: ActorNode;
  readonly machine: MachineInternals;
  readonly node: StateNodeLike;
}

function* activeStates(actor: ActorNode): Generator<ActiveState> {
  const { status, children, _nodes = [] } = actor.getSnapshot();
  if (status !== 'active') return;
  const { logic } = actor;
  if (isMachine(logic)) for (const node of _nodes) yield { actor, machine: logic, node };
  for (const child of Object.values(children ?? {})) if (child) yield* activeStates(child);
}

function invokeName(node: StateNodeLike, src: string): string {
  return `${src} of state ${node.id}`;
}

function afterName(node: StateNodeLike, delay: unknown): string {
  return `xstate.after.${String(delay)}.${node.id}`;
}

function isArmed(actor: ActorNode, name: string, { timers }: EngineState): boolean {
  const key = keyOf(pathOf(actor), name);
  return timers.some((timer) => timer.key === key);
}

function missingTimer(
  actor: ActorNode,
  { implementations }: MachineInternals,
  type: string,
  delay: unknown,
  { state, now }: Pick<AdoptOptions, 'state' | 'now'>,
): Timer[] {
  const path = pathOf(actor);
  const key = keyOf(path, type);
  if (isArmed(actor, type, state)) return [];
  const named = typeof delay === 'string' ? implementations.delays[delay] : delay;
  const { context } = actor.getSnapshot() as { context?: unknown };
  const ms: unknown =
    typeof named === 'function' ? named({ context, event: { type: 'xstate.init' } }, undefined) : named;
  if (typeof ms !== 'number' || !Number.isFinite(ms)) {
    throw new Error(`the delay of ${type} is ${String(ms)}, not a number of milliseconds`);
  }
  return [{ key, at: now + Math.max(0, ms), token: 0, from: path, to: path, event: { type } }];
}

// `after` is a transition of its own name; what a machine sends itself with a delay is an event like any other.
function takesTimer(actor: ActorNode | undefined, { event: { type } }: Timer): boolean {
  if (!actor) return false;
  return !isMachine(actor.logic) || acceptor(actor.logic.events)(type);
}
