import { XorcaError } from '@xorca/core';

/** Epoch ms of a moment; `XORCA_CONFIG`, naming the option, when it is none. */
export function momentOf(value: number | Date | string, option: string): number {
  const at = typeof value === 'number' ? value : new Date(value).getTime();
  if (Number.isFinite(at)) return at;
  throw new XorcaError(
    'XORCA_CONFIG',
    `${option} must be epoch milliseconds, a Date or an ISO text such as '2026-01-05T09:00:00Z', not ${String(value)}.`,
  );
}
