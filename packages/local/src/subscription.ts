import type { CloudEvent } from '@xorca/core';

/** What a handler may answer; nothing means that it took all events. */
export interface HandlerAnswer {
  /** Events it could not take, by their ids; they are tried again, the others are done. */
  readonly failed?: readonly { readonly id: string; readonly error: unknown }[];
  /** Events to publish, in the same transaction that marks the taken ones as done. */
  readonly publish?: readonly CloudEvent[];
}

/** A taker of events. */
export interface Subscription {
  /** Names its queue in the file: the same from one start of the program to the next, and one of its kind on a bus. */
  readonly name: string;
  /** Event types, or patterns where `*` stands for any characters: `'evt.*'`, `'cmd.books.*'`. */
  readonly types: readonly string[];
  /**
   * Gets events of one subject, oldest first. Called again with what it threw over or named as failed, so it must bear to see an
   * event twice.
   */
  readonly handler: (events: readonly CloudEvent[]) => Promise<HandlerAnswer> | Promise<void>;
  /** How many subjects are handled at once. Default 64. */
  readonly concurrency?: number;
  /** How many events of a subject one call gets at most. Default 32. */
  readonly batch?: number;
}
