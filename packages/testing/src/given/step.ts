import type {
  CloudEvent,
  CommandContract,
  Duration,
  EventContract,
  InputOf,
  Orchestrator,
} from '@xorca/core';
import type { WhichCommand } from './find-command.ts';
import type { Taken, World } from './world.ts';

/** Something that happens to a process. Made by `event`, `answered`, `advance` and the like; given to `when`. */
export interface Step {
  /** In words, for the story. */
  readonly title: string;
  /** True: what was delivered before is delivered again, so that a `duplicate` is what one expects. */
  readonly repeats?: boolean;
  readonly take: (world: World) => Promise<Taken>;
}

/** An event as a plain object: its type and data, and attributes that are not to be the usual ones (`id`, `source`, `subject`, …). */
export type PlainEvent = Partial<CloudEvent> & { readonly type: string };

/** Attributes of an event beside type and data. */
export interface Attributes {
  readonly id?: string;
  readonly source?: string;
  readonly subject?: string;
  /** RFC 3339. Default: the virtual clock's. */
  readonly time?: string;
  readonly [extension: string]: unknown;
}

// An argument that a schema lets be undefined may be left out.
type DataOf<Data, More extends readonly unknown[]> = undefined extends Data
  ? [data?: Data, ...more: More]
  : [data: Data, ...more: More];

type ErrorOf<Contract extends CommandContract> = InputOf<NonNullable<Contract['error']>>;

/** All that can happen. A chain has each as a method; `when` takes what the function of the same name makes. */
export interface Steps<Result> {
  /** Somebody starts the process with `runner.start`: on the highest version unless one is named. */
  started(input?: unknown, options?: { readonly version?: string }): Result;
  /** An event starts it: a contract or type that the orchestrator's `startOn` or `startOrSignal` names, with its data. */
  startedBy<Contract extends EventContract>(
    contract: Contract,
    data: InputOf<Contract['data']>,
    more?: Attributes,
  ): Result;
  startedBy<Contract extends CommandContract>(
    contract: Contract,
    data: InputOf<Contract['input']>,
    more?: Attributes,
  ): Result;
  startedBy(type: string, data?: unknown, more?: Attributes): Result;
  /** An event comes in: by its contract, by its type, or as a plain object. By type its data may be as wrong as you like. */
  event<Contract extends EventContract>(
    contract: Contract,
    data: InputOf<Contract['data']>,
    more?: Attributes,
  ): Result;
  event(type: string, data?: unknown, more?: Attributes): Result;
  event(event: PlainEvent): Result;
  /** A service answers a command that the process waits for, as a fleet does: the answer names the command it answers. */
  answered<Contract extends CommandContract>(
    contract: Contract,
    ...rest: DataOf<InputOf<Contract['output']>, [which?: WhichCommand<Contract>]>
  ): Result;
  /** A service answers a command with its error. */
  failed<Contract extends CommandContract>(
    contract: Contract,
    ...rest: DataOf<ErrorOf<Contract>, [which?: WhichCommand<Contract>]>
  ): Result;
  /** Time passes. All that becomes due on the way happens in order, each at its own moment. */
  advance(duration: Duration): Result;
  /** What was delivered last is delivered once more, with the same id, as every queue may do. */
  again(): Result;
  /** Somebody cancels it: `runner.cancel`. */
  cancelled(reason?: string): Result;
  /** Somebody tries a problem or a failed process once more: `runner.redrive`. */
  redriven(): Result;
  /** Somebody moves it to another version: `runner.migrate`. */
  migrated(version: string): Result;
  /** New code is deployed: from here on this orchestrator, of the same name, moves the process. */
  deployed(next: Orchestrator): Result;
}
