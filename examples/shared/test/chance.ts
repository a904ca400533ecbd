/** The seed of a test that draws lots: `XORCA_SEED`, or always the same. */
export const seed = Number(process.env['XORCA_SEED'] ?? 20_260_101);

/** Numbers from 0 to below 1 that follow from a seed. */
export function chance(from: number): () => number {
  let x = from >>> 0;
  return () => {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    return x / 4_294_967_296;
  };
}
