/** Orders versions by their numbers: `1.10.0` after `1.9.2`; a pre-release before its release. */
export function compareVersions(a: string, b: string): number {
  const [releaseA = '', preA] = split(a);
  const [releaseB = '', preB] = split(b);
  const order = compareParts(releaseA, releaseB);
  if (order !== 0) return order;
  if (preA === undefined || preB === undefined)
    return Number(preB !== undefined) - Number(preA !== undefined);
  return compareParts(preA, preB);
}

function split(version: string): [string, string | undefined] {
  const dash = version.indexOf('-');
  return dash === -1 ? [version, undefined] : [version.slice(0, dash), version.slice(dash + 1)];
}

function compareParts(a: string, b: string): number {
  const partsA = a.split('.');
  const partsB = b.split('.');
  for (let i = 0; i < Math.max(partsA.length, partsB.length); i++) {
    const order = comparePart(partsA[i] ?? '0', partsB[i] ?? '0');
    if (order !== 0) return order;
  }
  return 0;
}

function comparePart(a: string, b: string): number {
  const numberA = Number(a);
  const numberB = Number(b);
  if (!Number.isNaN(numberA) && !Number.isNaN(numberB)) return numberA - numberB;
  return a < b ? -1 : Number(a > b);
}
