import type { CloudEvent, JournalEntry, ProcessDetails, XorcaError } from '@xorca/core';
import type { Taken, World } from './world.ts';

/** A step as it went, and the process after it. */
export interface Seen {
  readonly title: string;
  /** Epoch ms, before and after it. */
  readonly from: number;
  readonly now: number;
  readonly taken: Taken;
  /** What it sent, in order. */
  readonly effects: readonly CloudEvent[];
  /** What the process went through meanwhile. */
  readonly entries: readonly JournalEntry[];
  /** What the runner reported meanwhile. */
  readonly reported: readonly XorcaError[];
  readonly process: ProcessDetails | undefined;
}

/** All that a failure tells: what happened so far, and in which world. */
export interface Past {
  readonly world: World;
  /** Epoch ms of its begin. */
  readonly begun: number;
  readonly seen: readonly Seen[];
}
