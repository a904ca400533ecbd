/** A seeded source of chance: the same seed gives the same world again. */
export interface Chance {
  /** 0 up to, not including, 1. */
  next(): number;
  /** A whole number below `below`. */
  whole(below: number): number;
  /** True as often as that share of all times. */
  share(of: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
}

/** A source of chance that a seed determines (mulberry32: small, and good enough to shuffle a world). */
function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    return mix(state);
  };
  const whole = (below: number) => Math.floor(next() * below);
  return {
    next,
    whole,
    share: (of) => next() < of,
    pick: (items) => items[whole(items.length)] as (typeof items)[number],
  };
}

/** A number from 0 to 1 that a seed and a text always give, whatever else was drawn: taking one out leaves the others as they are. */
export function fixedChance(seed: number, text: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mix((hash + 0x6d2b79f5) >>> 0);
}

/** A source of its own for one purpose, so that more or fewer draws elsewhere do not change it. */
export function chanceFor(seed: number, purpose: string): Chance {
  return chance(Math.floor(fixedChance(seed, purpose) * 4_294_967_296));
}

function mix(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}
