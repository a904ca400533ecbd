import type { IConstruct } from 'constructs';
import { configError } from './config-error.ts';

/** Event types, sorted into those named whole and the beginnings of others. */
export interface EventTypes {
  readonly whole: readonly string[];
  readonly prefixes: readonly string[];
}

// What SNS and EventBridge find in a type must be written the same in both: no blanks, no further wildcards.
const TYPE = /^[^\s*?"\\]+\*?$/;

/** Reads the option `takes`: whole types, and beginnings that end in `.*`. `XORCA_CONFIG` for what would take nothing, or everything. */
export function eventTypes(scope: IConstruct, takes: readonly string[]): EventTypes {
  if (!Array.isArray(takes) || takes.length === 0) {
    throw configError(
      scope,
      "takes must name at least one event type, such as 'cmd.order.place' or 'evt.*'.",
    );
  }
  for (const type of takes) {
    if (typeof type === 'string' && TYPE.test(type) && (!type.endsWith('*') || /[^.]\.\*$/.test(type)))
      continue;
    throw configError(
      scope,
      `takes must have event types ('cmd.order.place') or beginnings of such that end in ".*" ('evt.order.*'), not ${JSON.stringify(type)}.`,
    );
  }
  const unique = [...new Set(takes)];
  const prefixes = unique.filter((type) => type.endsWith('*')).map((type) => type.slice(0, -1));
  // What a beginning covers already would only make the pattern longer, and patterns have a limit.
  const isCovered = (type: string) => prefixes.some((prefix) => type !== prefix && type.startsWith(prefix));
  return {
    whole: unique.filter((type) => !type.endsWith('*') && !isCovered(type)),
    prefixes: prefixes.filter((prefix) => !isCovered(prefix)),
  };
}
