import type { CloudEvent, EventPublisher, ProcessStore } from '@xorca/core';

/** How the functions of a cloud live. */
export interface CloudOptions {
  /** Folder of books. */
  readonly books: string;
  /** Says after how long to kill the process of an invocation, if at all. */
  readonly fault: () => { readonly killAfterMs: number } | undefined;
  /** After this time an invocation's process is killed. */
  readonly timeoutMs: number;
}

/** The example on a cloud, as far as that can be had on one machine. */
export interface Cloud {
  readonly store: ProcessStore;
  readonly publisher: EventPublisher;
  /** What the cloud's clock sends each minute. */
  cron(): Promise<void>;
  /** While the work runs, the database leaves so many calls without an answer that an invocation runs into its timeout. */
  silent<Result>(work: () => Promise<Result>): Promise<Result>;
  /** What became of invocations. */
  stats(): { readonly killed: number; readonly timedOut: number };
  /** Takes what was put aside. */
  dead(): Promise<readonly CloudEvent[]>;
  /** Takes all that went over the bus. */
  sent(): Promise<readonly CloudEvent[]>;
  stop(): Promise<void>;
}
