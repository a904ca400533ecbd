import { assertOptions } from '@xorca/core/backend';
import type { PostgresClient, PostgresPlace } from './client.ts';
import { connect } from './connection.ts';
import { type Names, namesOf } from './names.ts';

// Any number will do, if only all programs take the same: two that make the tables at once wait for each other.
const MAKING_TABLES = 7_867_267;

/**
 * The statements that make the tables and their indexes where they are not there yet, for whoever runs migrations by other means.
 * The schema itself must exist. `XORCA_CONFIG` for a name that cannot be one.
 *
 * @example
 * await writeFile('migrations/001-xorca.sql', postgresSchema({ schema: 'xorca' }))
 */
export function postgresSchema(place: PostgresPlace = {}): string {
  assertOptions(place, ['schema', 'prefix'], 'postgresSchema');
  return statements(namesOf(place, 'postgresSchema'));
}

/**
 * Makes the tables and their indexes where they are not there yet, in one transaction; many programs may do it at once.
 * Errors: `XORCA_CONFIG` (a name that cannot be one, a schema that does not exist), `XORCA_UNAVAILABLE`.
 *
 * @example
 * await createTables(new Pool({ connectionString }))
 */
export async function createTables(client: PostgresClient, place: PostgresPlace = {}): Promise<void> {
  assertOptions(place, ['schema', 'prefix'], 'createTables');
  const names = namesOf(place, 'createTables');
  // One statement, so that it is one transaction on whatever connection of a pool it runs.
  await connect({ client }, 'createTables').ask(`DO $xorca$ BEGIN
    PERFORM pg_advisory_xact_lock(${MAKING_TABLES});
    ${statements(names)}
  END $xorca$`);
}

// "C": keys are ASCII, compared byte by byte. The order of a language may change with the operating system, and with it an index
// would be damaged. Numbers are `double precision`, since that is what JavaScript has: any other would refuse some of them.
// `seq` is never given twice, not even after a delete: it tells a record that was made anew from its former life. `jsonb_path_ops`
// keeps hashes of the states, so it is small and takes names of any length.
function statements({ process, lease, journal, index }: Names): string {
  return `CREATE TABLE IF NOT EXISTS ${process} (
  key text COLLATE "C" PRIMARY KEY,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  saves bigint NOT NULL,
  id text,
  orchestrator text NOT NULL,
  version text NOT NULL,
  status text NOT NULL,
  states jsonb NOT NULL,
  stuck boolean NOT NULL,
  revision double precision NOT NULL,
  wake_at double precision,
  updated_at double precision NOT NULL,
  body text NOT NULL
);
CREATE INDEX IF NOT EXISTS ${index('process_wake')} ON ${process} (wake_at, seq) WHERE wake_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS ${index('process_states')} ON ${process} USING gin (states jsonb_path_ops);
CREATE INDEX IF NOT EXISTS ${index('process_stuck')} ON ${process} (key) WHERE stuck;
CREATE TABLE IF NOT EXISTS ${lease} (
  key text COLLATE "C" PRIMARY KEY,
  fence bigint GENERATED ALWAYS AS IDENTITY,
  owner text NOT NULL,
  expires_at double precision NOT NULL
);
CREATE TABLE IF NOT EXISTS ${journal} (
  key text COLLATE "C" NOT NULL,
  revision double precision NOT NULL,
  step double precision NOT NULL,
  at double precision NOT NULL,
  id text,
  entry text NOT NULL,
  PRIMARY KEY (key, revision, step)
);
CREATE INDEX IF NOT EXISTS ${index('journal_at')} ON ${journal} (at);
`;
}
