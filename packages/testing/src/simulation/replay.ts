import { XorcaError } from '@xorca/core';
import { assertKnown, assertOptions } from '@xorca/core/backend';
import { FAULT_NAMES } from './faults.ts';

/** One world, as a failure prints it, for `simulate({ replay })`. */
export interface Replay {
  readonly seed: number;
  /** The faults that strike, and no others: `crash#17` is the eighteenth time that a crash could strike. Default: as the seed says. */
  readonly faults?: readonly string[];
  /** Processes and function instances, where there are fewer than the options say. */
  readonly processes?: number;
  readonly handlers?: number;
}

const OPTIONS: readonly (keyof Replay)[] = ['seed', 'faults', 'processes', 'handlers'];

/** Throws `XORCA_CONFIG` for what was not printed by a failure. */
export function assertReplay(replay: Replay): void {
  assertOptions(replay, OPTIONS, 'simulate({ replay })');
  for (const [name, value] of [
    ['seed', replay.seed],
    ['processes', replay.processes ?? 1],
    ['handlers', replay.handlers ?? 1],
  ] as const) {
    if (Number.isInteger(value) && value >= (name === 'seed' ? 0 : 1)) continue;
    throw new XorcaError(
      'XORCA_CONFIG',
      `${name} of simulate({ replay }) must be a whole number${name === 'seed' ? '' : ' of at least 1'}, not ${String(value)}.`,
    );
  }
  for (const fault of replay.faults ?? []) {
    const [, kind = String(fault)] = /^(\w+)#\d+$/.exec(fault) ?? [];
    assertKnown(kind, FAULT_NAMES, 'fault', 'simulate({ replay })');
    if (kind === fault)
      throw new XorcaError(
        'XORCA_CONFIG',
        `faults of simulate({ replay }) names ${fault} without its number, as in ${fault}#0.`,
      );
  }
}

/** A replay as it is written in code. */
export function replayText(replay: Replay): string {
  const parts = Object.entries(replay).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `{ ${parts.join(', ')} }`;
}
