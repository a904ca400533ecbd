import type { CommandContract } from '../command.ts';

/** Where an actor stands in the tree: the ids from the root's child down to it; the root itself is `[]`. */
export type ActorPath = readonly string[];

/** A delayed event, kept in the record in absolute time. */
export interface Timer {
  /** Names the timer within its process: the sender's path and the send id. Arming it again replaces it. */
  readonly key: string;
  /** Epoch ms. */
  readonly at: number;
  /** New with each arming, so that a wake meant for an earlier arming is told from this one. */
  readonly token: number;
  readonly from: ActorPath;
  readonly to: ActorPath;
  readonly event: MachineEvent;
}

/** A timer's name for people: the machine's own name of its event. */
export function timerName({ event }: Pick<Timer, 'event'>): string {
  return event.type.replace(/^xstate\./, '');
}

/** An event as machines know it. */
export interface MachineEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** A command that was sent and not yet answered, kept in the record. */
export interface PendingCommand {
  /** Names it within its process while it waits: the path of the actor that asked. */
  readonly key: string;
  readonly path: ActorPath;
  /** The command's type. */
  readonly type: string;
  /** Ids of the events it was sent as, one for each attempt: an answer to any of them answers it. */
  readonly ids: readonly string[];
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** Epoch ms of the last attempt. */
  readonly at: number;
  /** Epoch ms at which the attempt, or the pause before the next one, is over; null: never. */
  readonly dueAt: number | null;
  /** True: it pauses before another attempt. */
  readonly resting: boolean;
  /** True: nobody is told when it is called off. */
  readonly quiet?: boolean;
  readonly input?: unknown;
}

/** All that an engine needs to go on with a process. JSON-safe. */
export interface EngineState {
  readonly snapshot: unknown;
  readonly timers: readonly Timer[];
  readonly commands: readonly PendingCommand[];
  /** Source of timer tokens and of names for what the user left unnamed. */
  readonly sequence: number;
}

/** What a step can bring in. A timer that is no longer armed as `token` does nothing, nor does an answer nobody waits for. */
export type EngineInput =
  | { readonly kind: 'event'; readonly event: MachineEvent }
  | { readonly kind: 'ask-again' }
  | {
      readonly kind: 'answer';
      readonly command: string;
      readonly ok: boolean;
      readonly data: unknown;
      /** The process that carried the command out ended otherwise than its contract knows. */
      readonly ended?: { readonly code: string; readonly message: string };
    }
  | DueInput;

/** What comes of time passing: a delayed event, or the end of a command's wait. */
export type DueInput =
  | { readonly kind: 'timer'; readonly at: number; readonly timer: Timer }
  | { readonly kind: 'lapse'; readonly at: number; readonly command: PendingCommand };

/** A command to send. Whoever numbers the events tells the session with `sent` which id it got. */
export interface CommandEffect {
  readonly kind: 'command';
  /** Key of the pending command. */
  readonly command: string;
  readonly contract: CommandContract;
  readonly input: unknown;
  /** Id of its first attempt; undefined: this is the first. */
  readonly first: string | undefined;
}

/** What a machine decided, in the order in which it decided it. */
export type EngineEffect =
  | { readonly kind: 'emitted'; readonly event: MachineEvent }
  /** A mapped state was entered; `context` as it was once the state's own entry actions had run. */
  | { readonly kind: 'entered'; readonly state: string; readonly context: unknown }
  | CommandEffect
  /** A command is called off. `id` is that of its last attempt; undefined: it was not even sent. */
  | {
      readonly kind: 'cancel';
      readonly command: string;
      readonly contract: CommandContract;
      readonly id: string | undefined;
      /** That of its first attempt. */
      readonly first: string | undefined;
    };

/** A machine's state as users see it. */
export interface MachineView {
  readonly status: 'active' | 'done';
  readonly value: unknown;
  readonly context: unknown;
  readonly output: unknown;
}

/** What one step did. */
export interface StepResult {
  /** False: no state takes this event. */
  readonly handled: boolean;
  readonly effects: readonly EngineEffect[];
}

/**
 * One process, awake for one invocation. After a step has thrown, the session is spoilt: open another from the last saved
 * state.
 */
export interface Session {
  /** Effects of the machine's start; none for a restored process. */
  readonly started: readonly EngineEffect[];
  step(input: EngineInput): StepResult;
  /** Tells under which id a command of the last step was sent. */
  sent(command: string, id: string): void;
  /** The commands it waits for now. */
  pending(): readonly PendingCommand[];
  /** The earliest of what is due at `now`. */
  nextDue(now: number): DueInput | undefined;
  view(): MachineView;
  save(): EngineState;
  /** Whether promises are still under way. */
  running(): boolean;
  /** Whether promises have settled that nobody has collected yet. */
  takeSettled(): boolean;
  /** Waits until a promise has settled, at most `ms`; false when none did. */
  settled(ms: number): Promise<boolean>;
  /** The effects of what has happened since the last step; throws what a machine threw meanwhile. */
  collect(): readonly EngineEffect[];
  /** Tells promises that are still under way to stop. The session is of no use afterwards. */
  dispose(): void;
}

/** A state taken over from another version. */
export interface Adopted {
  /** The state, with the timers of its states that the other version did not time. */
  readonly state: EngineState;
  /** Timers and commands of actors that are not there. */
  readonly lost: readonly string[];
  /** What its states invoke and nobody started. */
  readonly unstarted: readonly string[];
  /** What its states wait for and is not under way: whether it is over or new cannot be told without the other version. */
  readonly unknown: readonly string[];
}

/** How to open a session: `state` restores a process, without it the machine starts with `input`. */
export interface OpenOptions {
  readonly id: string;
  readonly state?: EngineState | undefined;
  readonly input?: unknown;
  /** Epoch ms: the moment in which all of this session happens. */
  readonly now: number;
  /** Is told what the machine and its child machines do, as they do it. */
  readonly observe?: ((seen: Observed) => void) | undefined;
}

/** What one machine did at once: keys of its layout. */
export interface Observed {
  /** States that were entered, also those that were left again before the step was over. */
  readonly entered: readonly string[];
  /** Transitions that were taken. */
  readonly taken: readonly string[];
}

/** All that can happen in a machine and in its child machines, by the definition. */
export interface MachineLayout {
  readonly states: readonly StateLayout[];
  readonly transitions: readonly TransitionLayout[];
  readonly commands: readonly CommandLayout[];
}

/** A state. */
export interface StateLayout {
  /** Names it among all of the layout. */
  readonly key: string;
  /** The child machine, by the names of actors on the way down to it (`'book/chapter'`); `''`: the machine itself. */
  readonly machine: string;
  /** `'Regulate.Grounded.Check'`; `''`: the whole machine. */
  readonly state: string;
}

/** A transition of a state: one of several, where guards choose. */
export interface TransitionLayout extends StateLayout {
  /**
   * What takes it: an event, the output or the error or a snapshot of an invoked actor, a delay, the state's own end, or nothing
   * but its guard (`always`).
   */
  readonly kind: 'event' | 'done' | 'error' | 'snapshot' | 'after' | 'finished' | 'always';
  /** The event's type, the actor, the delay's name or ms. */
  readonly name: string;
  /** Which of how many for the same cause, from 1, in the order in which they are tried. */
  readonly branch: number;
  readonly branches: number;
  /** The guard's name; `''`: it has none. Undefined: unguarded. */
  readonly guard?: string;
  /** The states it leads to; none: it stays. */
  readonly targets: readonly string[];
}

/** A command that may be sent. */
export interface CommandLayout {
  readonly type: string;
  /** Whether it is ever given up by itself. */
  readonly timesOut: boolean;
}

/** A machine that was checked and made ready once, at cold start. */
export interface PreparedMachine {
  /** The machine's own id. */
  readonly id: string;
  /** Changes when states, transitions or invokes change; not when only functions do. */
  readonly hash: string;
  /** Whether it or a child machine has promise actors, which take time. */
  readonly runsPromises: boolean;
  /** The commands it and its child machines can send. */
  readonly commands: readonly CommandContract[];
  /** Keys of all states: `FetchData`, `#Regulate.#Grounded.Check`. */
  readonly stateKeys: readonly string[];
  /** Made when it is first asked for. */
  layout(): MachineLayout;
  /** Whether any state takes events of this type. */
  accepts(type: string): boolean;
  /** The event types, in order of the states, that the states of a state value take, if their guards let them. */
  takes(value: unknown): readonly string[];
  open(options: OpenOptions): Session;
  /** Takes over the state that another version of the machine made, or says what does not fit. Nothing runs. */
  adopt(options: {
    readonly id: string;
    readonly state: EngineState;
    readonly now: number;
    /** What the states of the other version waited for, see `waitsFor`: only what is new begins now. Undefined: nothing does. */
    readonly knew: ReadonlySet<string> | undefined;
  }): Adopted;
  /** Names of what the states of a state wait for by themselves: their `after` and their invokes, whether over or not. */
  waitsFor(options: { readonly id: string; readonly state: EngineState }): ReadonlySet<string>;
}

/** The seam behind which a state machine library lies. */
export interface Engine {
  /** Written into each record, e.g. `xstate@5`. */
  readonly name: string;
  /** Checks a machine; throws `XORCA_CONFIG`. `mapped` are the state keys whose entry is an effect; those of other machines are passed over. */
  prepare(
    machine: unknown,
    options: { readonly mapped: readonly string[]; readonly where: string },
  ): PreparedMachine;
}
