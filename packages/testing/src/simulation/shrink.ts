import { FAULT_NAMES, type FaultName, kindOf } from './faults.ts';
import type { Lived } from './live.ts';
import type { Replay } from './replay.ts';

/** Lives through a world; `kinds`: only faults of these kinds may strike. */
export type Retry = (replay: Replay, kinds?: readonly FaultName[]) => Promise<Lived>;

/** How much there is to leave out. */
export interface Size {
  readonly processes: number;
  readonly handlers: number;
}

/** What is left. */
export interface Shrunk {
  readonly lived: Lived;
  readonly replay: Replay;
}

// Enough for most worlds; each takes some milliseconds to some tenths of a second, and a test has a time limit.
const MOST_TRIES = 600;
const MOST_MS = 10_000;
// Worlds with few kinds of faults that are tried for one that fails alike.
const SEEDS_EACH = 6;

/**
 * The smallest world found that breaks the same promise: with few kinds of faults, if need be under another seed, then without every
 * process, function and fault that can be left out. What comes from outside stays: a process that waits for it would be
 * stuck without it.
 */
export async function shrink(failed: Lived, replay: Replay, size: Size, retry: Retry): Promise<Shrunk> {
  const wanted = signOf(failed);
  const begun = performance.now();
  let tries = 0;
  let best: Shrunk = { lived: failed, replay: { ...replay, faults: failed.struck } };
  const isOver = () => tries >= MOST_TRIES || performance.now() - begun > MOST_MS;

  async function attempt(candidate: Replay, kinds?: readonly FaultName[]): Promise<boolean> {
    if (isOver()) return false;
    tries++;
    const lived = await retry(candidate, kinds);
    if (signOf(lived) !== wanted) return false;
    // What did not strike need not be named.
    best = { lived, replay: { ...candidate, faults: lived.struck } };
    return true;
  }

  if (!replay.faults) await withFewKinds();
  for (;;) {
    const before = best;
    await lessOf('processes');
    await lessOf('handlers');
    await withoutFaults();
    if (best === before || isOver()) return best;
  }

  /** No fault, or faults of one kind, or as few kinds as can be. */
  async function withFewKinds(): Promise<void> {
    const struck = FAULT_NAMES.filter((name) => failed.struck.some((fault) => kindOf(fault) === name));
    for (const kinds of [[], ...struck.map((name) => [name])]) if (await anySeed(kinds)) return;
    let left = struck;
    for (const name of struck) {
      const fewer = left.filter((other) => other !== name);
      if (await anySeed(fewer)) left = fewer;
    }
  }

  async function anySeed(kinds: readonly FaultName[]): Promise<boolean> {
    for (let n = 0; n < SEEDS_EACH; n++) {
      const { faults: _, ...rest } = best.replay;
      if (await attempt({ ...rest, seed: replay.seed + n }, kinds)) return true;
    }
    return false;
  }

  async function lessOf(what: keyof Size): Promise<void> {
    for (let count = 1; count < (best.replay[what] ?? size[what]); count++) {
      if (await attempt({ ...best.replay, [what]: count })) return;
    }
  }

  /** Delta debugging: ever smaller parts are left out, as long as it fails alike. */
  async function withoutFaults(): Promise<void> {
    let parts = 2;
    for (;;) {
      const faults = best.replay.faults ?? [];
      if (faults.length === 0) return;
      const length = Math.max(1, Math.ceil(faults.length / parts));
      let isSmaller = false;
      // The last ones first: what they bring about is nearest to the end.
      for (let to = faults.length; to > 0 && !isSmaller; to -= length) {
        const left = [...faults.slice(0, Math.max(0, to - length)), ...faults.slice(to)];
        isSmaller = await attempt({ ...best.replay, faults: left });
      }
      if (isSmaller) parts = Math.max(2, parts - 1);
      else if (length === 1 || isOver()) return;
      else parts *= 2;
    }
  }
}

/** What tells one broken promise from another: its first sentence without ids and numbers. */
function signOf({ violations }: Lived): string | undefined {
  const [first] = violations;
  if (!first) return undefined;
  const { invariant, message, processId } = first;
  const plain = processId === undefined ? message : message.replaceAll(processId, '');
  return `${invariant}: ${plain.replace(/\d+/g, '').split(/[.;:]/)[0]}`;
}
