import type { Refusal, ServiceBusMode } from './options.ts';

/** What happens to one call. */
export type Fate = 'open' | Exclude<ServiceBusMode, 'throttled'>;

/** The faults that a test wants. */
export interface Faults {
  set(mode: ServiceBusMode | 'open', times: number | undefined): void;
  /** Of the call that came now. */
  next(): Fate;
  /** Is a new connection refused? */
  readonly refusesConnections: boolean;
}

const BUSY: Refusal = {
  condition: 'com.microsoft:server-busy',
  description: 'The request was terminated because the namespace is being throttled.',
};

/** Makes a service without faults. */
export function makeFaults(): Faults {
  let mode: ServiceBusMode | 'open' = 'open';
  let left: number | undefined;
  return {
    set(next, times) {
      mode = next;
      // JSON has no undefined.
      left = times ?? undefined;
    },
    next() {
      if (left !== undefined) {
        if (left <= 0) return 'open';
        left--;
      }
      return mode === 'throttled' ? BUSY : mode;
    },
    get refusesConnections() {
      return mode === 'away' && left === undefined;
    },
  };
}
