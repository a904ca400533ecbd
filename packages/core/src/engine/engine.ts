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

/** An event as machines know it. */
export interface MachineEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** All that an engine needs to go on with a process. JSON-safe. */
export interface EngineState {
  readonly snapshot: unknown;
  readonly timers: readonly Timer[];
  /** Source of timer tokens and of names for what the user left unnamed. */
  readonly sequence: number;
}

/** What a step can bring in. A timer that is no longer armed as `token` does nothing. */
export type EngineInput =
  | { readonly kind: 'event'; readonly event: MachineEvent }
  | { readonly kind: 'timer'; readonly timer: Timer };

/** What a machine decided, in the order in which it decided it. */
export type EngineEffect =
  | { readonly kind: 'emitted'; readonly event: MachineEvent }
  /** A mapped state was entered; `context` as it was once the state's own entry actions had run. */
  | { readonly kind: 'entered'; readonly state: string; readonly context: unknown };

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
  /** Timers due at `now`, earliest first. */
  due(now: number): readonly Timer[];
  view(): MachineView;
  save(): EngineState;
}

/** How to open a session: `state` restores a process, without it the machine starts with `input`. */
export interface OpenOptions {
  readonly id: string;
  readonly state?: EngineState;
  readonly input?: unknown;
  /** Epoch ms: the moment in which all of this session happens. */
  readonly now: number;
}

/** A machine that was checked and made ready once, at cold start. */
export interface PreparedMachine {
  /** The machine's own id. */
  readonly id: string;
  /** Changes when states, transitions or invokes change; not when only functions do. */
  readonly hash: string;
  /** Keys of all states: `FetchData`, `#Regulate.#Grounded.Check`. */
  readonly stateKeys: readonly string[];
  /** Whether any state takes events of this type. */
  accepts(type: string): boolean;
  open(options: OpenOptions): Session;
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
