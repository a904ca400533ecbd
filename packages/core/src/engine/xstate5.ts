import { type Actor, type AnyStateMachine, createActor } from 'xstate';
import { XorcaError } from '../errors.ts';
import { acceptor } from './acceptor.ts';
import { actorAt } from './actor-path.ts';
import { adoptState, waitsFor } from './adopt-state.ts';
import { checkMachine } from './check-machine.ts';
import { answer, askAgain, type CommandBook, keepCommands, lapse, pending, sent } from './command-book.ts';
import { contractsOf } from './contracts-of.ts';
import { nextDue } from './due.ts';
import { effectList, takeEffects } from './effect-list.ts';
import type { Engine, EngineInput, MachineView, OpenOptions, Session } from './engine.ts';
import { eventsTaken } from './events-taken.ts';
import { type LayoutIndex, layoutOf } from './layout.ts';
import { logicsOf } from './logics-of.ts';
import { observer } from './observe.ts';
import { assertRestorable, fitForRecord } from './persist.ts';
import { isPromiseLogic } from './promise-logic.ts';
import { NO_PROMISES, watchPromises } from './promise-watch.ts';
import { enteredAction, type Recorder, recordEffects, watch } from './recorder.ts';
import { stateKey } from './state-key.ts';
import { structureHash } from './structure-hash.ts';
import { keepTimers, type TimerBook, takeTimer } from './timer-book.ts';
import {
  type ActorNode,
  allNodes,
  type Inspected,
  isMachine,
  type MachineInternals,
} from './xstate-internals.ts';

/** More microsteps than this in one step is a loop, not a machine. */
const MAX_ITERATIONS = 10_000;

// xstate throws an error that nobody listens for out of a timer. Where one was is seen from the state.
const LISTENER = { error: () => {} };

/** xstate 5: one short-lived actor system per invocation, with the scheduler and the effects caught. */
export const xstate5: Engine = {
  name: 'xstate@5',
  prepare(machine, { mapped, where }) {
    if (!isMachine(machine)) {
      throw new XorcaError(
        'XORCA_CONFIG',
        `${where} is no xstate 5 machine. Make it with createMachine() or setup().createMachine().`,
      );
    }
    checkMachine(machine, where);
    const promises = new Set([...logicsOf(machine)].filter(isPromiseLogic));
    const instrumented = instrument(machine, mapped);
    const accepts = acceptor(machine.events);
    let index: LayoutIndex | undefined;
    const indexed = () => {
      index ??= layoutOf(instrumented as unknown as MachineInternals);
      return index;
    };
    return {
      id: machine.id,
      commands: contractsOf(machine),
      runsPromises: promises.size > 0,
      hash: structureHash(machine),
      stateKeys: [...allNodes(machine.root)].flatMap((node) => stateKey(node) ?? []),
      layout: () => indexed().layout,
      accepts,
      takes: (value) => eventsTaken(machine, value),
      open: (options) =>
        openSession(instrumented, promises, options, options.observe && observer(indexed(), options.observe)),
      adopt: (options) => adoptState(instrumented, options),
      waitsFor: (options) => waitsFor(instrumented, options),
    };
  },
};

/** A copy of the machine that tells when a mapped state is entered; the user's own stays as it is. */
export function instrument(machine: MachineInternals, mapped: readonly string[]): AnyStateMachine {
  const copy = machine.provide({});
  for (const node of allNodes(copy.root)) {
    const key = stateKey(node);
    // Last of the entry actions: what they assign is seen by the mapping.
    if (key !== undefined && mapped.includes(key)) node.entry.push(enteredAction(key));
  }
  if (!Number.isFinite(copy.options.maxIterations)) copy.options.maxIterations = MAX_ITERATIONS;
  return copy as unknown as AnyStateMachine;
}

function openSession(
  machine: AnyStateMachine,
  promises: ReadonlySet<unknown>,
  options: OpenOptions,
  seen?: (event: Inspected) => void,
): Session {
  const { id, state, now } = options;
  const basics = { id, snapshot: state?.snapshot as never, input: options.input };
  // A new machine takes its first steps in here, before anybody else can listen. Spread only then: every step would pay for it.
  const inspect = seen && !state ? (event: unknown) => seen(event as Inspected) : undefined;
  const actor = createActor(machine, inspect ? { ...basics, inspect } : basics);
  const root = actor as unknown as ActorNode;
  const book = keepTimers(root.system, {
    timers: state?.timers ?? [],
    sequence: state?.sequence ?? 0,
    now,
    processId: id,
  });
  const list = effectList({ isStarting: !state });
  const commands = keepCommands(root, { commands: state?.commands ?? [], now }, list);
  const recorder = recordEffects(root, list, commands, seen);
  const watch = promises.size > 0 ? watchPromises(root, promises) : NO_PROMISES;
  actor.subscribe(LISTENER);
  actor.start();

  assertSound(actor, commands);
  // A restored process has none, save for what a migration's state asks for: that goes along with the next step.
  const started = state ? [] : takeEffects(list);

  return {
    started,
    step(input) {
      const handled = feed(recorder, book, input);
      assertSound(actor, commands);
      return { handled, effects: takeEffects(list) };
    },
    sent: (command, as) => sent(commands, command, as),
    pending: () => pending(commands),
    nextDue: (until) => nextDue(book.timers, pending(commands), until),
    view: () => viewOf(actor.getSnapshot()),
    save() {
      if (actor.getSnapshot().status !== 'active') book.timers.clear();
      assertRestorable(root, id);
      return {
        snapshot: fitForRecord(actor.getPersistedSnapshot(), id),
        timers: [...book.timers.values()],
        commands: pending(commands),
        sequence: book.sequence,
      };
    },
    running: watch.running,
    takeSettled: watch.takeSettled,
    settled: watch.settled,
    collect() {
      assertSound(actor, commands);
      return takeEffects(list);
    },
    dispose() {
      if (watch.running()) actor.stop();
    },
  };
}

function assertSound(actor: Actor<AnyStateMachine>, { fault }: CommandBook): void {
  if (fault) throw fault;
  const snapshot = actor.getSnapshot() as { readonly status: string; readonly error?: unknown };
  if (snapshot.status === 'error') throw snapshot.error;
}

/** Gives an input to whom it is for; answers whether anybody took it. */
function feed(recorder: Recorder, book: TimerBook, input: EngineInput): boolean {
  const { root, commands } = recorder;
  switch (input.kind) {
    case 'event':
      watch(recorder, input.event);
      root.send(input.event);
      return recorder.taken;
    case 'answer':
      return answer(commands, input.command, input);
    case 'ask-again':
      askAgain(commands);
      return true;
    case 'lapse':
      return lapse(commands, input.command.key);
    case 'timer': {
      const target = takeTimer(book, input.timer) ? actorAt(root, input.timer.to) : undefined;
      target?.send(input.timer.event);
      return target !== undefined;
    }
  }
}

function viewOf(snapshot: {
  status: string;
  value: unknown;
  context: unknown;
  output: unknown;
}): MachineView {
  const { value, context, output } = snapshot;
  return { status: snapshot.status === 'done' ? 'done' : 'active', value, context, output };
}
