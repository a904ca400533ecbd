import { commandSettings } from './command-logic.ts';
import type { MachineLayout, StateLayout, TransitionLayout } from './engine.ts';
import {
  type ActionLike,
  allNodes,
  type GuardLike,
  isMachine,
  type MachineInternals,
  type StateNodeLike,
  type TransitionNode,
} from './xstate-internals.ts';

/** A machine's layout, and the way from its own parts to their names there. */
export interface LayoutIndex {
  readonly layout: MachineLayout;
  /** Undefined for what is no state of it: a history. */
  stateOf(node: StateNodeLike): string | undefined;
  transitionOf(transition: TransitionNode): string | undefined;
}

/** Lists all that can happen in a machine and in the machines it runs as its children, at whatever depth. */
export function layoutOf(machine: MachineInternals): LayoutIndex {
  const states: StateLayout[] = [];
  const transitions: TransitionLayout[] = [];
  const commands = new Map<string, boolean>();
  const stateKeys = new Map<StateNodeLike, string>();
  const transitionKeys = new Map<TransitionNode, string>();
  const seen = new Set<unknown>();

  const visit = (logic: unknown, name: string): void => {
    if (seen.has(logic)) return;
    seen.add(logic);
    const settings = commandSettings(logic);
    if (settings) {
      const { type } = settings.contract;
      commands.set(type, (commands.get(type) ?? false) || settings.timeoutMs !== undefined);
    }
    if (!isMachine(logic)) return;
    for (const node of allNodes(logic.root)) {
      if (node.type === 'history') continue;
      const key = keyOf(name, node);
      stateKeys.set(node, key);
      // The machine itself is entered with each start, whatever a test does.
      if (node.path.length > 0) states.push({ key, machine: name, state: pathOf(node) });
    }
    for (const node of allNodes(logic.root)) {
      for (const [descriptor, branches] of branchesOf(node)) {
        for (const [at, transition] of branches.entries()) {
          const key = `${keyOf(name, node)} ${descriptor} ${at + 1}`;
          transitionKeys.set(transition, key);
          transitions.push({
            key,
            machine: name,
            state: pathOf(node),
            ...causeOf(node, descriptor),
            branch: at + 1,
            branches: branches.length,
            ...(transition.guard === undefined ? {} : { guard: guardName(transition.guard) }),
            targets: (transition.target ?? []).map(pathOf),
          });
        }
      }
    }
    const below = name === '' ? '' : `${name}/`;
    for (const [actor, child] of Object.entries(logic.implementations.actors)) visit(child, below + actor);
    for (const node of allNodes(logic.root)) {
      const invokes = [node.config.invoke ?? []].flat() as Array<{ src?: unknown }>;
      for (const [at, { src }] of invokes.entries()) visit(src, below + (node.invoke[at]?.id ?? ''));
    }
  };
  visit(machine, '');
  return {
    layout: {
      states,
      transitions,
      commands: [...commands].map(([type, timesOut]) => ({ type, timesOut })),
    },
    stateOf: (node) => stateKeys.get(node),
    transitionOf: (transition) => transitionKeys.get(transition),
  };
}

function* branchesOf(node: StateNodeLike): Generator<readonly [string, readonly TransitionNode[]]> {
  yield* node.transitions;
  if (node.always) yield ['always', node.always];
}

function keyOf(machine: string, node: StateNodeLike): string {
  return machine === '' ? pathOf(node) : `${machine}: ${pathOf(node)}`;
}

function pathOf({ path }: StateNodeLike): string {
  return path.join('.');
}

type Cause = Pick<TransitionLayout, 'kind' | 'name'>;

/** What a descriptor of xstate means. */
function causeOf(node: StateNodeLike, descriptor: string): Cause {
  const after = (prefix: string) => descriptor.slice(prefix.length);
  if (descriptor === 'always') return { kind: 'always', name: '' };
  if (descriptor.startsWith('xstate.done.state.')) return { kind: 'finished', name: '' };
  for (const kind of ['done', 'error'] as const) {
    const prefix = `xstate.${kind}.actor.`;
    if (descriptor.startsWith(prefix)) return { kind, name: actorName(node, after(prefix)) };
  }
  if (descriptor.startsWith('xstate.snapshot.')) {
    return { kind: 'snapshot', name: actorName(node, after('xstate.snapshot.')) };
  }
  if (descriptor.startsWith('xstate.after.') && descriptor.endsWith(`.${node.id}`)) {
    return { kind: 'after', name: after('xstate.after.').slice(0, -node.id.length - 1) };
  }
  return { kind: 'event', name: descriptor };
}

/** An actor by the name its author gave it: the id, or the logic's where xstate made the id up. */
function actorName(node: StateNodeLike, id: string): string {
  const invoke = node.invoke.find((each) => each.id === id);
  if (!invoke) return id;
  return invoke.id.endsWith(`.${node.id}`) && /^\d+\./.test(invoke.id) ? invoke.src : invoke.id;
}

function guardName(guard: GuardLike | ActionLike): string {
  if (typeof guard === 'string') return guard;
  if (typeof guard === 'object') return guard.type;
  const { guards } = guard as { readonly guards?: readonly GuardLike[] };
  if (!guards) return '';
  return guards.map((part) => guardName(part)).join(', ');
}
