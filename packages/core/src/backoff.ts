/** Full jitter: anything from 0 to `baseMs · 2^attempt`, at most `capMs`. Spreads contenders better than a fixed delay. */
export function fullJitter(attempt: number, baseMs: number, capMs: number, random: () => number): number {
  return random() * Math.min(capMs, baseMs * 2 ** attempt);
}

/** Resolves after a while. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
