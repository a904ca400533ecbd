import type { CloudEvent } from '@xorca/core';

/** An event that a handler could not take. */
export interface FailedEvent {
  /** Its id. A batch never holds two events of one id, so that this names one. */
  readonly id: string;
  /** Why; shown with a dead letter. */
  readonly error: unknown;
  /** False: no later try can help, so it becomes a dead letter at once. Default true: tried again. */
  readonly retry?: boolean;
}

/** What a handler may answer; nothing means that it took all events. */
export interface HandlerAnswer {
  /** Events it could not take; the others are done. */
  readonly failed?: readonly FailedEvent[];
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
   * Gets events of one subject, oldest first. Called again with what it threw over, did not answer in time or named as failed, so
   * it must bear to see an event twice.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler that answers on some ways only, and one that never does, are both right
  readonly handler: (events: readonly CloudEvent[]) => Promise<HandlerAnswer | undefined | void>;
  /**
   * What waits in turn: the events of one subject (`'subject'`, the default), or nothing (`'event'`): then a slow event holds up no
   * other of its subject, and they come in any order.
   */
  readonly order?: 'subject' | 'event';
  /** How many subjects are handled at once. Default 64. */
  readonly concurrency?: number;
  /** How many events of a subject one call gets at most. Default 32. */
  readonly batch?: number;
  /**
   * How long a call may take, in ms, before its events count as failed and its subject goes on. An answer that comes later is
   * ignored; the call itself cannot be stopped. Default 900,000 (15 minutes), the longest that AWS Lambda lets one live.
   */
  readonly timeoutMs?: number;
}

/** A subscription as the file keeps it. */
export interface KnownSubscription {
  readonly name: string;
  readonly types: readonly string[];
  /** Whether this program has subscribed it, so that its events are delivered. */
  readonly live: boolean;
  /** Events that wait for it or are with its handler. */
  readonly waiting: number;
}
