/** The median, which one slow round does not move. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN;
}

/** Calls a second, of `count` calls in a row. */
export async function rate(count: number, call: (n: number) => unknown): Promise<number> {
  const from = performance.now();
  for (let n = 0; n < count; n++) await call(n);
  return (count / (performance.now() - from)) * 1000;
}

/** Calls a second with `workers` calls under way at once. */
export async function concurrentRate(
  count: number,
  workers: number,
  call: (n: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const from = performance.now();
  const work = async () => {
    while (next < count) await call(next++);
  };
  await Promise.all(Array.from({ length: workers }, work));
  return (count / (performance.now() - from)) * 1000;
}

/**
 * Medians of several contenders, measured in turns: a machine that slows down for a while slows all of them down, so their
 * ratios hold where their figures do not. The first round only warms up.
 */
export async function inTurns<Name extends string>(
  rounds: number,
  contenders: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Readonly<Record<Name, number>>> {
  const names = Object.keys(contenders) as Name[];
  const figures = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const name of names) {
      const figure = await contenders[name]();
      if (round >= 0) figures.get(name)?.push(figure);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(figures.get(name) ?? [])])) as Record<
    Name,
    number
  >;
}
