import { endsTransaction } from './sqlite-errors.ts';

/** The four statements a group of writes is framed with. */
export interface Transaction {
  begin(): void;
  commit(): void;
  rollback(): void;
  /** Runs a part that is undone alone when it throws. */
  apart<T>(work: () => T): T;
}

/** Options of one write. */
export interface CommitOptions {
  /** Undo what the work wrote when it throws. Needed only by a work with more than one statement. Default false. */
  readonly savepoint?: boolean;
}

/** A queue of writes that go into the database together. */
export interface GroupCommit {
  commit<T>(work: () => T, options?: CommitOptions): Promise<T>;
  /** Writes what is queued now. */
  flush(): void;
}

interface Entry {
  readonly work: () => unknown;
  readonly savepoint: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  result: { readonly value: unknown } | { readonly error: unknown };
}

// Bounds how long one group holds the event loop and the file: about 5 ms of small writes.
const MAX_GROUP = 512;

/**
 * Collects the writes asked for before the next turn of the event loop into one transaction, for one fsync instead of one each.
 * Promises settle after COMMIT. A work that throws rejects its own promise; when the transaction fails, all are rejected with `unavailable(cause)`.
 */
export function groupCommit(transaction: Transaction, unavailable: (cause: unknown) => Error): GroupCommit {
  let queue: Entry[] = [];
  let scheduled = false;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      writeGroup();
      if (queue.length > 0) schedule();
    });
  }

  function writeGroup(): void {
    const group = queue.slice(0, MAX_GROUP);
    queue = queue.slice(MAX_GROUP);
    if (group.length === 0) return;
    const [first] = group;
    let failure: Error | undefined;
    try {
      // A single statement alone is a transaction by itself: two calls fewer while nobody shares the fsync.
      if (group.length === 1 && first && !first.savepoint) runEntry(first);
      else writeTogether(group);
    } catch (cause) {
      transaction.rollback();
      failure = unavailable(cause);
    }
    for (const { result, resolve, reject } of group) {
      if (failure) reject(failure);
      else if ('error' in result) reject(result.error);
      else resolve(result.value);
    }
  }

  function writeTogether(group: readonly Entry[]): void {
    transaction.begin();
    for (const entry of group) runEntry(entry);
    transaction.commit();
  }

  function runEntry(entry: Entry): void {
    try {
      entry.result = { value: entry.savepoint ? transaction.apart(entry.work) : entry.work() };
    } catch (error) {
      // To go on would write the rest of the group outside of any transaction.
      if (endsTransaction(error)) throw error;
      entry.result = { error };
    }
  }

  return {
    commit<T>(work: () => T, { savepoint = false }: CommitOptions = {}): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        const entry = { work, savepoint, resolve, reject, result: { value: undefined } };
        queue.push(entry as Entry);
        schedule();
      });
    },
    flush() {
      while (queue.length > 0) writeGroup();
    },
  };
}
