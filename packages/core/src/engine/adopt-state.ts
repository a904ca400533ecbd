import { type AnyStateMachine, createActor } from 'xstate';
import { actorAt, pathOf } from './actor-path.ts';
import { commandSettings } from './command-logic.ts';
import { type Adopted, type EngineState, type OpenOptions, type Timer, timerName } from './engine.ts';
import { keyOf } from './timer-book.ts';
import { type ActorNode, isMachine, type MachineInternals, type StateNodeLike } from './xstate-internals.ts';

/**
 * Takes over a state that another version of the machine made. It is restored but not started: what is looked for is there, and
 * nothing runs. The `after` of a state that the other version did not time begins now.
 */
export function adoptState(
  machine: AnyStateMachine,
  { id, state, now }: Required<Pick<OpenOptions, 'id' | 'state' | 'now'>>,
): Adopted {
  const root = createActor(machine, {
    id,
    snapshot: structuredClone(state.snapshot) as never,
  }) as unknown as ActorNode;
  const { status, error } = root.getSnapshot() as { status: string; error?: unknown };
  if (status === 'error') throw error;
  const missing: Timer[] = [];
  const lost = [
    ...state.timers
      .filter((timer) => !takesTimer(actorAt(root, timer.to), timer))
      .map((timer) => `the timer ${timerName(timer)}`),
    ...state.commands
      .filter(({ path, type }) => commandSettings(actorAt(root, path)?.logic)?.contract.type !== type)
      .map(({ type, path }) => `the command ${type} of ${path.join('/')}`),
  ];
  const unstarted: string[] = [];
  visit(root, (actor, logic, node) => {
    const { children = {} } = actor.getSnapshot();
    for (const { id: name, src } of node.invoke) {
      if (!children[name]) unstarted.push(`${src} of state ${node.id}`);
    }
    missing.push(...missingTimers(actor, logic, node, state, now));
  });
  let { sequence } = state;
  const armed = missing.map((timer) => ({ ...timer, token: ++sequence }));
  return { lost, unstarted, state: { ...state, timers: [...state.timers, ...armed], sequence } };
}

function visit(
  actor: ActorNode,
  see: (actor: ActorNode, logic: MachineInternals, node: StateNodeLike) => void,
): void {
  const { status, children, _nodes = [] } = actor.getSnapshot();
  if (status !== 'active') return;
  if (isMachine(actor.logic)) for (const node of _nodes) see(actor, actor.logic, node);
  for (const child of Object.values(children ?? {})) if (child) visit(child, see);
}

function missingTimers(
  actor: ActorNode,
  { implementations }: MachineInternals,
  node: StateNodeLike,
  state: EngineState,
  now: number,
): Timer[] {
  return node.after.flatMap(({ delay }) => {
    const type = `xstate.after.${String(delay)}.${node.id}`;
    const path = pathOf(actor);
    const key = keyOf(path, type);
    if (state.timers.some((timer) => timer.key === key)) return [];
    const named = typeof delay === 'string' ? implementations.delays[delay] : delay;
    const context = (actor.getSnapshot() as { context?: unknown }).context;
    const ms: unknown =
      typeof named === 'function' ? named({ context, event: { type: 'xstate.init' } }, undefined) : named;
    return [{ key, at: now + Number(ms), token: 0, from: path, to: path, event: { type } }];
  });
}

// `after` is a transition of its own name; what a machine sends itself with a delay has the type of any event.
function takesTimer(actor: ActorNode | undefined, { event: { type } }: Timer): boolean {
  if (!actor) return false;
  return !type.startsWith('xstate.') || !isMachine(actor.logic) || actor.logic.events.includes(type);
}
