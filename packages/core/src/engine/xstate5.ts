import { type AnyEventObject, type AnyStateMachine, createActor } from 'xstate';
import { XorcaError } from '../errors.ts';
import { checkMachine } from './check-machine.ts';
import type {
  Engine,
  EngineEffect,
  EngineInput,
  MachineView,
  OpenOptions,
  Session,
  Timer,
} from './engine.ts';
import { assertRestorable, fitForRecord } from './persist.ts';
import { enteredAction, recordEffects } from './recorder.ts';
import { stateKey } from './state-key.ts';
import { structureHash } from './structure-hash.ts';
import { actorAt, keepTimers } from './timer-book.ts';
import { type ActorNode, allNodes, isMachine, type MachineInternals } from './xstate-internals.ts';

/** More microsteps than this in one step is a loop, not a machine. */
const MAX_ITERATIONS = 10_000;

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
    const instrumented = instrument(machine, mapped);
    const accepts = acceptor(machine.events);
    return {
      id: machine.id,
      hash: structureHash(machine),
      stateKeys: [...allNodes(machine.root)].flatMap((node) => stateKey(node) ?? []),
      accepts,
      open: (options) => openSession(instrumented, options),
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

function openSession(machine: AnyStateMachine, options: OpenOptions): Session {
  const { id, state, now } = options;
  const actor = createActor(machine, {
    id,
    // xstate's option is exact: an absent snapshot must be absent.
    ...(state ? { snapshot: state.snapshot as never } : {}),
    input: options.input,
  });
  const root = actor as unknown as ActorNode;
  const book = keepTimers(root.system, {
    timers: state?.timers ?? [],
    sequence: state?.sequence ?? 0,
    now,
    processId: id,
  });
  const recorder = recordEffects(root);
  let failure: { readonly error: unknown } | undefined;
  actor.subscribe({
    error: (error: unknown) => {
      failure = { error };
    },
  });
  actor.start();

  const settle = (): readonly EngineEffect[] => {
    if (failure) throw failure.error;
    return recorder.take();
  };
  const started = settle();

  return {
    started: state ? [] : started,
    step(input) {
      const handled = feed(root, book.take, recorder.watch, input);
      const effects = settle();
      return { handled: handled(), effects };
    },
    due: book.due,
    view: () => viewOf(actor.getSnapshot()),
    save() {
      if (actor.getSnapshot().status !== 'active') book.clear();
      assertRestorable(root, id);
      return {
        snapshot: fitForRecord(actor.getPersistedSnapshot(), id),
        timers: [...book.timers.values()],
        sequence: book.sequence(),
      };
    },
  };
}

function feed(
  root: ActorNode,
  take: (timer: Timer) => boolean,
  watch: (event: AnyEventObject) => () => boolean,
  input: EngineInput,
): () => boolean {
  if (input.kind === 'event') {
    const handled = watch(input.event);
    root.send(input.event);
    return handled;
  }
  const target = take(input.timer) ? actorAt(root, input.timer.to) : undefined;
  target?.send(input.timer.event);
  return () => target !== undefined;
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

/**
 * Whether any state takes a type. Asked before a machine is even restored: xstate remembers every type it was ever sent, so
 * a stranger's made-up types must not reach it.
 */
function acceptor(descriptors: readonly string[]): (type: string) => boolean {
  const exact = new Set(descriptors);
  const prefixes = descriptors.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -1));
  return (type) =>
    exact.has(type) ||
    exact.has('*') ||
    prefixes.some((prefix) => type.startsWith(prefix) || type === prefix.slice(0, -1));
}
