import type { CloudEvent } from './cloud-event.ts';

/** What a store answers to a write and wants back with the next one. Opaque: only the store that made it reads it. */
export type Revision = string | number;

/** Where a process stands: it takes events, it ended well, it ended in an error, or somebody cancelled it. */
export type ProcessStatus = 'active' | 'done' | 'error' | 'cancelled';

/** One process, whole: everything that must change together, written with one conditional write. */
export interface ProcessRecord {
  /** The CloudEvents subject. Hostile until encoded: see `encodeProcessId`. */
  readonly id: string;
  /** Name of the orchestrator it belongs to. */
  readonly orchestrator: string;
  /** Version of the machine it is pinned to. */
  readonly version: string;
  readonly status: ProcessStatus;
  /** Keys of the states it is in, compound ones included: `['Regulate', '#Regulate.Grounded']`. For lists. */
  readonly states: readonly string[];
  /** True: it has a problem, or ended in an error: somebody should look at it. For lists. */
  readonly stuck: boolean;
  /** Grows by one with each save, inside the record: equal bodies would have equal ETags (ABA). */
  readonly revision: number;
  /** Epoch ms of the next moment it needs attention (a timer, an unconfirmed effect), or null. */
  readonly wakeAt: number | null;
  /** Epoch ms of the last save. */
  readonly updatedAt: number;
  /** JSON text that only core reads. */
  readonly body: string;
}

/** A record as it was loaded, with the revision that the next save must name. */
export interface StoredProcess {
  readonly record: ProcessRecord;
  readonly revision: Revision;
}

/** Which processes `list` shows. Every filter that is present must hold. */
export interface ListQuery {
  readonly orchestrator?: string;
  readonly version?: string;
  readonly status?: ProcessStatus;
  /** The key of a state the process is in. */
  readonly state?: string;
  /** Those with a problem, or those without. */
  readonly stuck?: boolean;
  /** Epoch ms; only processes saved before it. */
  readonly updatedBefore?: number;
  /** Most items on one page. Default 50. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

/** A record without its body. */
export type ProcessSummary = Omit<ProcessRecord, 'body'>;

/** One page of a list; `next` is there while more pages follow. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

/** Keeps process records. The write is dumb and conditional; every meaning stays in core. */
export interface ProcessStore {
  /** The record as the last successful save left it (strongly consistent), or undefined. */
  load(id: string): Promise<StoredProcess | undefined>;
  /**
   * Writes the record if, and only if, the stored one still has `expected` (undefined: if there is none).
   * Otherwise throws `XORCA_CONFLICT` and changes nothing. `effects` are given only to a store that `carries` the
   * platform's publisher: it takes them in the same transaction.
   */
  save(
    record: ProcessRecord,
    expected: Revision | undefined,
    effects?: readonly CloudEvent[],
  ): Promise<Revision>;
  /** Ids of the records with `wakeAt` at or before `now`, earliest first. May name too many, never misses one for good. */
  due(now: number, limit: number): Promise<readonly string[]>;
  /** For people; may be late. */
  list(query: ListQuery): Promise<Page<ProcessSummary>>;
  /** Removes the record, if there is one. */
  delete?(id: string): Promise<void>;
  /** The publisher whose queue lies in the same database, so that `save` takes the effects along. */
  readonly carries?: EventPublisher;
  /** True: records of processes that have ended vanish by themselves, so a subject may begin anew and must not repeat its ids. */
  readonly forgets?: boolean;
}

/** Spares wasted work when many handlers meet at one process. Never needed for correctness. */
export interface ProcessLock {
  /** Waits at most `timeoutMs` (then `XORCA_LOCK_TIMEOUT`) for a lease that ends by itself after `ttlMs`. */
  acquire(id: string, options: LockOptions): Promise<Lease>;
}

/** How long a lease lasts, and how long to wait for it, in ms. */
export interface LockOptions {
  /** After this time without `renew` the lease is anybody's. */
  readonly ttlMs: number;
  readonly timeoutMs: number;
}

/** A held lock. `renew` and `release` act only while this lease is still the holder. */
export interface Lease {
  /** Grows with each lease of one id: a write with an older fence comes from a former holder. */
  readonly fence: number;
  /** Starts the ttl anew; `XORCA_LOCK_LOST` when the lease ran out and somebody else took the lock. */
  renew(): Promise<void>;
  /** Gives the lock back. Does nothing when it is no longer held. */
  release(): Promise<void>;
}

/** The way out to the orchestration channel. */
export interface EventPublisher {
  /** The largest event it takes, in bytes of its JSON. An effect over it fails its step before the save. */
  readonly maxEventBytes?: number;
  /** Sends in order. Throws `PublishError`, naming exactly the events that were not sent. */
  publish(events: readonly CloudEvent[]): Promise<void>;
}

/** Makes wakes prompt. A hint that may be lost: `due` is the truth. */
export interface Scheduler {
  /** Asks for a wake of process `id` at or after `at` (epoch ms). */
  wake(id: string, at: number): Promise<void>;
}

/** What moved a process, or tried to. */
export interface JournalInput {
  readonly kind:
    | 'start'
    | 'event'
    | 'answer'
    | 'timer'
    | 'timeout'
    | 'retry'
    | 'promise'
    | 'deadline'
    | 'cancel'
    | 'redrive'
    | 'migrate';
  /** The event, for `start`, `event` and `answer`, and for a `cancel` by whoever started the process. */
  readonly event?: CloudEvent;
  /** In words, what the event does not say: the timer's name, the command's id, the version migrated to. */
  readonly detail?: string;
}

/** A machine's state at a moment. */
export interface JournalState {
  readonly status: ProcessStatus;
  readonly value: unknown;
  readonly context: unknown;
}

/** One step of a process. `(revision, step)` names it within its process and orders the steps. */
export interface JournalEntry {
  /** Revision of the record that the step was saved with. Saves without a step leave gaps. */
  readonly revision: number;
  /** Place among the steps of that save, from 0. */
  readonly step: number;
  /** Epoch ms. */
  readonly at: number;
  readonly orchestrator: string;
  readonly version: string;
  readonly input: JournalInput;
  /** Undefined for the start. */
  readonly before?: JournalState;
  readonly after: JournalState;
  readonly effects: readonly CloudEvent[];
  /** Which try to save it this was, from 1: more after lost races. */
  readonly attempt: number;
  /** The step failed and changed nothing but the record's problem. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** The full history of processes, for people and for `checkHistory`. Written after the save: a crash in between loses the steps of that save. */
export interface Journal {
  /** Adds the steps of one save, in order. Doing it twice changes nothing. */
  append(id: string, entries: readonly JournalEntry[]): Promise<void>;
  /** The steps of a process in order, from revision `from` on. Default: all that are kept. */
  read(id: string, from?: number): AsyncIterable<JournalEntry>;
  /** Every process with an entry, in no order. */
  processes(): AsyncIterable<string>;
  /** Drops what is older than its retention at `now` (epoch ms); answers how many entries. Called by `wake` now and then. */
  prune?(now: number): Promise<number>;
}

/** Epoch ms; replaced by a virtual one in tests. */
export interface Clock {
  now(): number;
}

/** The ports an orchestrator runs on. */
export interface Platform {
  readonly store: ProcessStore;
  readonly publisher: EventPublisher;
  readonly lock?: ProcessLock;
  readonly scheduler?: Scheduler;
  readonly journal?: Journal;
  /** Default: the system's clock. */
  readonly clock?: Clock;
  /**
   * How many records a runner on it remembers for a save without a load, unless its options say otherwise. Default 0; worth
   * it only where one program sees all events of a process.
   */
  readonly warm?: number;
}
