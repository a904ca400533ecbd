import { XorcaError } from './errors.ts';

/** A span: `'250ms'`, `'30s'`, `'15m'`, `'12h'`, `'7d'`, or a number of milliseconds. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a span; `XORCA_CONFIG`, naming the option, when it is none. */
export function durationMs(value: unknown, option: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(value) : null;
  const unit = match?.[2] === undefined ? undefined : UNIT_MS[match[2]];
  if (match && unit !== undefined) return Number(match[1]) * unit;
  throw new XorcaError(
    'XORCA_CONFIG',
    `${option} must be milliseconds or a span such as '30s' or '7d', not ${JSON.stringify(value)}.`,
  );
}
