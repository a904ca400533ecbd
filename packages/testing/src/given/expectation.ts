import type {
  CloudEvent,
  CommandContract,
  Duration,
  EventContract,
  ProcessStatus,
  XorcaError,
} from '@xorca/core';
import type { Matcher, Predicate } from './match.ts';
import type { StepOutcome } from './world.ts';

/** An event that was sent: its type, or its contract, or with data and attributes. Data is compared whole; what is not named is not compared. */
export type ExpectedEffect =
  | string
  | CommandContract
  | EventContract
  | {
      readonly type: string | Matcher<string>;
      readonly data?: unknown;
      readonly [attribute: string]: unknown;
    };

/** A command that is waited for: its type, or its contract, or with more. */
export type ExpectedCommand =
  | string
  | CommandContract
  | {
      readonly type?: string | CommandContract;
      /** What it was sent with, whole. */
      readonly input?: unknown;
      /** From 1. */
      readonly attempt?: number;
      /** How long from now until it is given up or, when it pauses, sent again; a predicate gets it in ms; null: never. */
      readonly in?: Duration | Predicate<number> | null;
      /** True: it pauses before another attempt. */
      readonly resting?: boolean;
      readonly actor?: string;
    };

/** A delayed event of the machine: how long from now, or with more. */
export type ExpectedTimer =
  | Duration
  | {
      /** How long from now; a predicate gets it in ms. */
      readonly in?: Duration | Predicate<number>;
      /** The moment: epoch ms, a date, or its ISO text. */
      readonly at?: number | Date | string;
      /** The machine's own name for it: `after.604800000.order.Approving`, `after.approvalTime.order.Approving`. */
      readonly event?: string | Matcher<string>;
      /** Of a child machine. */
      readonly actor?: string;
    };

/** What is expected after a step. Only what is named is looked at. */
export interface Expectation {
  /** What became of the step. Unless this or `error` is named, it must have gone through. */
  readonly outcome?: StepOutcome;
  /** The step's error: its code, a pattern for its message, or a predicate. */
  readonly error?: string | RegExp | Predicate<XorcaError | undefined>;
  /** Where the process stands; `absent`: there is none. */
  readonly status?: ProcessStatus | 'absent';
  /** A state it is in, as `matches` of xstate takes it: `'Approving'`, `'Regulate.Grounded'`, `{ Regulate: { Grounded: 'Done' } }`. */
  readonly state?: string | object | Predicate<never>;
  /** Parts of its context. */
  readonly context?: object | Predicate<never>;
  /** Its output, whole. */
  readonly output?: unknown;
  /** All that the step sent, in order. `[]`: nothing. */
  readonly effects?: readonly ExpectedEffect[] | Predicate<readonly CloudEvent[]>;
  /** All that it waits for now, in any order. */
  readonly commands?: readonly ExpectedCommand[];
  /** All its delays, in any order. Timeouts of commands are with the commands. */
  readonly timers?: readonly ExpectedTimer[];
  /** Types of the early events that are kept, oldest first. */
  readonly buffered?: readonly string[];
  /** Why it ended without being done: the code, or parts of it; null: it did not. */
  readonly failure?: string | object | null;
  /** What keeps it from going on: the code, or parts of it; null: nothing. */
  readonly problem?: string | object | null;
  /** The version of its machine. */
  readonly version?: string;
}

/** What `then` takes: an expectation, the effects alone, or the state's name alone. */
export type Expecting = Expectation | readonly ExpectedEffect[] | string;
