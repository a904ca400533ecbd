import type { IConstruct } from 'constructs';

/** An error of construct time, with the path of the construct and the code that xorca has for wrong options. */
export function configError(scope: IConstruct, text: string): Error {
  return Object.assign(new Error(`XORCA_CONFIG: ${text} (at ${scope.node.path})`), { code: 'XORCA_CONFIG' });
}

/** Throws `configError` unless the value is a whole number within bounds. */
export function assertWhole(
  scope: IConstruct,
  name: string,
  value: number,
  [least, most]: readonly [number, number],
): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw configError(scope, `${name} must be a whole number from ${least} to ${most}, not ${value}.`);
}
