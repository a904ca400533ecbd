import { XorcaError } from '@xorca/core';
import type { PostgresPlace } from './client.ts';

// Quoted names may hold anything, but whoever looks after the tables by hand has to quote such a name, too.
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
// Postgres cuts off what is over 63 bytes, without an error: https://www.postgresql.org/docs/current/limits.html
const LONGEST_NAME = 63;
// The longest name that is made with the prefix is `<prefix>process_states`; this leaves room for more.
const LONGEST_PREFIX = 40;

/** Names as they go into SQL: checked and quoted. */
export interface Names {
  readonly process: string;
  readonly lease: string;
  readonly journal: string;
  /** An index lies in the schema of its table and is named without it. */
  index(name: string): string;
}

/** The names of the tables of a place; `XORCA_CONFIG` for one that cannot be a name. */
export function namesOf({ schema, prefix = 'xorca_' }: PostgresPlace, where: string): Names {
  if (schema !== undefined) assertName('schema', schema, LONGEST_NAME, where);
  assertName('prefix', prefix, LONGEST_PREFIX, where);
  const place = schema === undefined ? '' : `"${schema}".`;
  const table = (name: string) => `${place}"${prefix}${name}"`;
  return {
    process: table('process'),
    lease: table('lease'),
    journal: table('journal'),
    index: (name) => `"${prefix}${name}"`,
  };
}

function assertName(option: string, value: unknown, longest: number, where: string): void {
  if (typeof value === 'string' && NAME.test(value) && value.length <= longest) return;
  throw new XorcaError(
    'XORCA_CONFIG',
    `${option} of ${where} must be letters, digits and "_", no digit first, at most ${longest}, not ${JSON.stringify(value)}.`,
  );
}
