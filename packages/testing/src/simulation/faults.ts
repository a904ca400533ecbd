import { XorcaError } from '@xorca/core';
import { assertOptions } from '@xorca/core/backend';
import { fixedChance } from './chance.ts';

/**
 * How likely each fault is, from 0 to 1, each time it could strike. What is left out keeps its default; `false` for all of them makes
 * a world without faults.
 */
export interface FaultRates {
  /** A function dies before or after a call to store, bus, lock, scheduler or journal, and never comes back. Default 0.02. */
  readonly crash?: number;
  /** A call fails before it does anything. Default 0.02. */
  readonly unavailable?: number;
  /** A call does its work, and its answer gets lost. Default 0.02. */
  readonly lostReply?: number;
  /** A function overtakes another that waited longer for its turn. Default 0.3. */
  readonly interleave?: number;
  /** A save is refused as a lost race though nobody was in its way. Default 0.02. */
  readonly conflict?: number;
  /** For a while nobody reaches the store; drawn once a round. Default 0.03. */
  readonly outage?: number;
  /** An invocation has only some calls' time left. Default 0.05. */
  readonly deadline?: number;
  /** The bus takes only some of the events of one call. Default 0.03. */
  readonly partialPublish?: number;
  /** The bus refuses an event for good, until somebody redrives its process after the storm. Default 0.005. */
  readonly refuse?: number;
  /** The bus delivers an event twice. Default 0.15. */
  readonly duplicate?: number;
  /** The bus delivers an event up to ten minutes late. Default 0.1. */
  readonly delay?: number;
  /** The bus delivers another event than the oldest. Default 0.5. */
  readonly reorder?: number;
  /** The bus hears nothing of an event that was taken, and delivers it again. Default 0.05. */
  readonly redeliver?: number;
  /** An event that starts no process comes before the one that does. Default 0: it would be lost, unless it is in `startOrSignal`. */
  readonly overtake?: number;
  /** A service answers up to two hours late. Default 0.1. */
  readonly slow?: number;
  /** A service never answers a command that has a timeout. Default 0.05. */
  readonly silent?: number;
  /** A service breaks down over a command, and its queue delivers it again. Default 0.05. */
  readonly failing?: number;
  /** An answer comes to a command that nobody sent. Default 0.05. */
  readonly stray?: number;
  /** A lock is lost before its work is done; drawn in worlds with a lock. Default 0.1. */
  readonly lockExpiry?: number;
  /** The machine's code throws in a step, as a bug does that is mended later. Default 0.02. */
  readonly throwing?: number;
}

/** The name of a fault. */
export type FaultName = keyof FaultRates;

/** Rates at which a world of three processes meets most faults a few times, and still comes to its end. */
const DEFAULTS: Readonly<Required<FaultRates>> = {
  crash: 0.02,
  unavailable: 0.02,
  lostReply: 0.02,
  interleave: 0.3,
  conflict: 0.02,
  outage: 0.03,
  deadline: 0.05,
  partialPublish: 0.03,
  refuse: 0.005,
  duplicate: 0.15,
  delay: 0.1,
  reorder: 0.5,
  redeliver: 0.05,
  overtake: 0,
  slow: 0.1,
  silent: 0.05,
  failing: 0.05,
  stray: 0.05,
  lockExpiry: 0.1,
  throwing: 0.02,
};

/** Every fault there is. */
export const FAULT_NAMES = Object.keys(DEFAULTS) as readonly FaultName[];

/** The faults of one world. */
export interface Faults {
  /** Whether a fault strikes now. */
  strikes(name: FaultName): boolean;
  /** Those that struck, each named by its kind and how often it could have struck before: `crash#17`. */
  readonly struck: readonly string[];
  /** From now on nothing strikes. */
  calm(): void;
}

/** The faults that a seed gives; with `only`, just those that are named there. */
export function seededFaults(
  seed: number,
  rates: Readonly<Required<FaultRates>>,
  only: ReadonlySet<string> | undefined,
): Faults {
  const met = new Map<FaultName, number>();
  const struck: string[] = [];
  let isCalm = false;
  return {
    struck,
    calm() {
      isCalm = true;
    },
    strikes(name) {
      if (isCalm || rates[name] === 0) return false;
      const ordinal = met.get(name) ?? 0;
      met.set(name, ordinal + 1);
      const key = `${name}#${ordinal}`;
      const is = only ? only.has(key) : fixedChance(seed, key) < rates[name];
      if (is) struck.push(key);
      return is;
    },
  };
}

/** The rates with their defaults. `XORCA_CONFIG` for an unknown fault or no probability. */
export function faultRates(rates: FaultRates | false | undefined): Readonly<Required<FaultRates>> {
  if (rates === false) {
    return Object.fromEntries(FAULT_NAMES.map((name) => [name, 0])) as unknown as Required<FaultRates>;
  }
  assertOptions(rates ?? {}, FAULT_NAMES, 'simulate({ faults })');
  for (const [name, rate] of Object.entries(rates ?? {})) {
    if (typeof rate === 'number' && rate >= 0 && rate <= 1) continue;
    throw new XorcaError(
      'XORCA_CONFIG',
      `faults.${name} of simulate must be a probability from 0 to 1, not ${String(rate)}.`,
    );
  }
  return { ...DEFAULTS, ...rates };
}

/** The kind of a fault that struck. */
export function kindOf(fault: string): FaultName {
  return fault.slice(0, fault.indexOf('#')) as FaultName;
}

/** The rates with all other kinds left out. */
export function ofKinds(
  rates: Readonly<Required<FaultRates>>,
  kinds: readonly FaultName[],
): Readonly<Required<FaultRates>> {
  const none = faultRates(false);
  return { ...none, ...Object.fromEntries(kinds.map((name) => [name, rates[name]])) };
}
