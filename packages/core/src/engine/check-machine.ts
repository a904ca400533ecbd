import { XorcaError } from '../errors.ts';
import { assertKnown } from '../options.ts';
import { commandSettings } from './command-logic.ts';
import { isPromiseLogic } from './promise-logic.ts';
import {
  type ActionLike,
  allNodes,
  type GuardLike,
  isMachine,
  type MachineInternals,
  type StateNodeLike,
  transitionsOf,
} from './xstate-internals.ts';

/**
 * Refuses, with `XORCA_CONFIG`, what would otherwise fail later or silently do something else: a named action, guard, delay
 * or actor that has no implementation (xstate skips a missing action and fires a misspelt delay at once), and callbacks and
 * observables, which live only as long as a function does.
 */
export function checkMachine(machine: MachineInternals, where: string, seen = new Set<unknown>()): void {
  if (seen.has(machine)) return;
  seen.add(machine);
  for (const node of allNodes(machine.root)) checkNode(machine, node, `State ${node.id} of ${where}`);
  for (const [name, logic] of Object.entries(machine.implementations.actors)) {
    checkActor(logic, `Actor ${JSON.stringify(name)} of ${where}`, seen);
  }
}

function checkNode(machine: MachineInternals, node: StateNodeLike, where: string): void {
  const { actors, delays } = machine.implementations;
  for (const { src } of node.invoke) {
    // An inline source gets a name of this form from xstate and is found again by it after a restore.
    if (!src.startsWith('xstate.invoke.')) assertKnown(src, Object.keys(actors), 'actor', where);
  }
  for (const config of [node.config.invoke ?? []].flat() as Array<{ src?: unknown }>) {
    if (typeof config.src !== 'string')
      checkActor(config.src, `The actor invoked by ${where}`, new Set([machine]));
  }
  for (const { delay } of node.after) {
    if (typeof delay === 'string') assertKnown(delay, Object.keys(delays), 'delay', where);
  }
  const actions = [...node.entry, ...node.exit];
  for (const transition of transitionsOf(node)) {
    if (transition.guard) checkGuard(machine, transition.guard, where);
    actions.push(...transition.actions);
  }
  for (const action of actions) checkAction(machine, action, where);
}

function checkAction(machine: MachineInternals, action: ActionLike, where: string): void {
  const { actions, actors, delays } = machine.implementations;
  if (typeof action !== 'function') {
    assertKnown(nameOf(action), Object.keys(actions), 'action', where);
    return;
  }
  if (typeof action.delay === 'string') assertKnown(action.delay, Object.keys(delays), 'delay', where);
  if (action.type === 'xstate.spawnChild' && typeof action.src === 'string') {
    assertKnown(action.src, Object.keys(actors), 'actor', where);
  }
}

function checkGuard(machine: MachineInternals, guard: GuardLike, where: string): void {
  if (typeof guard !== 'function') {
    assertKnown(nameOf(guard), Object.keys(machine.implementations.guards), 'guard', where);
    return;
  }
  for (const inner of guard.guards ?? []) checkGuard(machine, inner, where);
}

function nameOf(part: string | { readonly type: string }): string {
  return typeof part === 'string' ? part : part.type;
}

function checkActor(logic: unknown, where: string, seen: Set<unknown>): void {
  if (isMachine(logic)) {
    checkMachine(logic, where, seen);
    return;
  }
  // fromTransition logic is state and a function; whatever else has a `start` runs on its own and dies with the function.
  const lives = typeof logic === 'object' && logic !== null && 'start' in logic;
  if (!lives || commandSettings(logic) || isPromiseLogic(logic)) return;
  throw new XorcaError(
    'XORCA_CONFIG',
    `${where} is a callback or an observable: it would end with the function that started it. To ask a service use fromCommand, to wait use \`after\`, to be told of something take an evt.* event, for a short call use fromPromise.`,
  );
}
