import { XorcaError } from './errors.ts';
import { assertKnown, assertOptions } from './options.ts';

/** A machine's persisted state: plain JSON, for a migration to change. */
export interface PersistedSnapshot {
  readonly value: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: each version has a context of its own; users annotate it
  readonly context: any;
  readonly [part: string]: unknown;
}

/** The way from one version of a machine to another. */
export interface Migration {
  /** The version it leads to. */
  readonly to: string;
  /** Makes the other version's state of this one's. Gets a copy; must not have effects of its own. Default: the state as it is. */
  readonly snapshot?: (snapshot: PersistedSnapshot) => PersistedSnapshot;
  /**
   * The new name of a delayed event that is under way, or undefined to drop it. `after` of state `Fetching` of machine `books` is
   * named `after.<delay>.books.Fetching`. Default: its name as it is; the migration fails when the other machine knows none of that
   * name, since its time would pass unnoticed.
   */
  readonly timers?: (name: string) => string | undefined;
}

/** Checks migrations; `XORCA_CONFIG` for one that leads nowhere. A version it leads from need not be registered any more. */
export function migrationsOf(
  migrations: Readonly<Record<string, Migration>>,
  versions: readonly string[],
  name: string,
): ReadonlyMap<string, Migration> {
  for (const [from, migration] of Object.entries(migrations)) {
    const where = `migrations[${JSON.stringify(from)}] of ${name}`;
    assertOptions(migration, ['to', 'snapshot', 'timers'], where);
    if (migration.to === from) throw new XorcaError('XORCA_CONFIG', `${where} leads to itself.`);
    assertKnown(migration.to, [...versions, ...Object.keys(migrations)], 'version', where);
  }
  return new Map(Object.entries(migrations));
}

/** The migrations that lead from one version to another, in order; undefined when none do. */
export function wayOf(
  from: string,
  to: string,
  migration: (version: string) => Migration | undefined,
): readonly Migration[] | undefined {
  const way: Migration[] = [];
  const seen = new Set<string>();
  for (let at = from; at !== to; ) {
    const next = seen.has(at) ? undefined : migration(at);
    if (!next) return undefined;
    seen.add(at);
    way.push(next);
    at = next.to;
  }
  return way;
}
