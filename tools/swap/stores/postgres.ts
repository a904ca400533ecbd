import { createTables, postgresStore } from '@xorca/postgres';
import type { SwapStore } from '../parts.ts';

/** One schema a cell. */
export const postgres: SwapStore = {
  name: 'Postgres',
  async open({ servers, name }) {
    const client = servers.postgres;
    const schema = name.replaceAll('-', '_');
    await client.query(`CREATE SCHEMA "${schema}"`);
    await createTables(client, { schema });
    return postgresStore({ client, schema });
  },
};
