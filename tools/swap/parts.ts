import type { Clock, ProcessStore } from '@xorca/core';
import type { LocalBus, SqliteDatabase } from '@xorca/local';
import type { BusUnderTest } from '@xorca/testing';
import type { Servers } from './servers.ts';

/** Where one case of one cell is at home. */
export interface Place {
  readonly servers: Servers;
  /** Of small letters, digits and dashes; no other case has it. */
  readonly name: string;
  /** A folder of its own, which is not made yet. */
  readonly dir: string;
  readonly clock: Clock;
}

/** A bus that is open, with its database where it has one that a store may share. */
export interface OpenBus extends BusUnderTest {
  readonly local?: { readonly database: SqliteDatabase; readonly bus: LocalBus };
}

/** A store of the matrix. */
export interface SwapStore {
  readonly name: string;
  /** An empty one. `bus`: the one of its cell. */
  open(place: Place, bus: OpenBus): Promise<ProcessStore & { close?(): void }>;
}

/** A bus of the matrix. */
export interface SwapBus {
  readonly name: string;
  /** One that nothing is on. */
  open(place: Place): Promise<OpenBus>;
}
