import type { Ledger } from './ledger.ts';

/** What every service works with. */
export interface ServiceOptions {
  readonly ledger: Ledger;
  /** Hears what the service does, in words. */
  readonly tell: (orderId: string, what: string) => void;
  /** Epoch ms. */
  readonly now: () => number;
  /** A service is not at hand: resolves when a command has reached it. */
  readonly reached: () => Promise<unknown>;
}
