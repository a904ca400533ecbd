import { describe, expect, it } from 'vitest';
import { clientOf, testTable } from '../test/support/table.ts';
import { createTables } from './create-tables.ts';

const database = testTable();
const timers = { setTimeout: (run: () => void) => run(), clearTimeout: () => undefined };
const refusal = (status: number, code: string) => ({
  status,
  body: { 'odata.error': { code, message: { lang: 'en-US', value: 'no' } } },
});

describe('createTables', () => {
  it('makes the table; again, and by many at once, it changes nothing', async () => {
    const options = { connection: database.connection, table: 'many' };
    await Promise.all(Array.from({ length: 8 }, () => createTables(options)));
    const client = clientOf(database.wire.endpoint, 'many', 0);
    await client.createEntity({ partitionKey: 'p', rowKey: 'r' });
    await createTables(options);
    expect(await client.getEntity('p', 'r')).toMatchObject({ rowKey: 'r' });
  });

  it('waits while a table of that name is being removed, and not for ever', async () => {
    const client = clientOf(database.wire.endpoint, 'again', 0);
    await database.wire.during(refusal(409, 'TableBeingDeleted'), () => createTables({ client, timers }), 2);
    await client.createEntity({ partitionKey: 'p', rowKey: 'r' });
    let waited = 0;
    const counting = {
      ...timers,
      setTimeout(run: () => void, ms: number) {
        waited += ms;
        run();
      },
    };
    const never = database.wire.during(refusal(409, 'TableBeingDeleted'), () =>
      createTables({ client, timers: counting }),
    );
    await expect(never).rejects.toMatchObject({ code: 'XORCA_UNAVAILABLE', retryable: true });
    // Azure says that it takes 40 seconds, or more.
    expect(waited).toBeGreaterThan(60_000);
    expect(waited).toBeLessThanOrEqual(120_000);
  });

  it('says which role is missing', async () => {
    const client = clientOf(database.wire.endpoint, 'denied', 0);
    const denied = database.wire.during(refusal(403, 'AuthorizationFailure'), () => createTables({ client }));
    await expect(denied).rejects.toMatchObject({
      code: 'XORCA_CONFIG',
      message: expect.stringMatching('CreateTable on table "denied".*Storage Table Data Contributor'),
    });
    await expect(createTables({ client, tabel: 'x' } as never)).rejects.toThrow('tabel');
  });
});
