import type { Delivery, DeliveryTable } from './delivery-table.ts';

/** One subject's queue for one subscription: its head in memory, the rest in the file. */
export interface Lane {
  readonly name: string;
  /** A batch of it is with the handler. */
  busy: boolean;
  /** It waits for its next try. */
  waiting: boolean;
  /** Times in a row that its rows could not be read or written. */
  troubles: number;
  /** Nothing of it is with the handler, in memory or in the file. A method: getters would cost each lane a shape of its own. */
  isEmpty(): boolean;
  /** Takes note of a row that is in the file. */
  push(delivery: Delivery): void;
  /** What to handle next, at most `size` events; it stays the lane's until `settle`. */
  next(size: number): readonly Delivery[];
  /** Puts what failed in the place of what `next` gave. */
  settle(count: number, failed: readonly Delivery[]): void;
}

// What a subject may hold in memory: a burst comes through without reading the file again, a backlog costs no memory.
const IN_MEMORY = 64;

/** An empty lane; or one that begins with what is in the file. */
export function lane(table: DeliveryTable, subscription: string, name: string, inFile: boolean): Lane {
  let rows: Delivery[] = [];
  let lastSeq = 0;
  let more = inFile;

  return {
    name,
    busy: false,
    waiting: false,
    troubles: 0,
    isEmpty: () => rows.length === 0 && !more,
    push(delivery) {
      // Read from the file already, which may happen between its commit and this call.
      if (delivery.seq <= lastSeq) return;
      if (more || rows.length >= IN_MEMORY) {
        more = true;
        return;
      }
      rows.push(delivery);
      lastSeq = delivery.seq;
    },
    next(size) {
      if (rows.length === 0 && more) {
        rows = [...table.read(subscription, name, lastSeq, IN_MEMORY)];
        more = rows.length === IN_MEMORY;
        lastSeq = rows.at(-1)?.seq ?? lastSeq;
      }
      // What failed before is tried alone: so one bad event does not drag its neighbours along into the dead letters, and
      // those behind it wait.
      if ((rows[0]?.attempts ?? 0) > 0) return rows.slice(0, 1);
      const failedBefore = rows.findIndex(({ attempts }) => attempts > 0);
      return rows.slice(0, failedBefore < 0 ? size : Math.min(size, failedBefore));
    },
    settle(count, failed) {
      rows.splice(0, count, ...failed);
    },
  };
}
