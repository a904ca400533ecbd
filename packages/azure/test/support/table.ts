import { TableClient } from '@azure/data-tables';
import type { StoreUnderTest } from '@xorca/testing';
import { afterAll, beforeAll } from 'vitest';
import { type Azurite, connectionTo, startAzurite } from '../../../../tools/emulators/azure/azurite.ts';
import { startWire } from '../../../../tools/emulators/azure/wire.ts';
import type { Wire } from '../../../../tools/emulators/wire.ts';
import { createTables, type TableStoreOptions, tableStore } from '../../src/index.ts';

/** What the tests of a file are given. */
export interface TestTable {
  readonly wire: Wire;
  /** A connection string over the wire. */
  readonly connection: string;
  /** A client that tries once, over the wire, of a fresh table. */
  table(): Promise<TableClient>;
  /** One that tries a second time, as the SDK does by itself. */
  patient(table: TableClient): TableClient;
  /** One that goes past the wire. */
  direct(table: TableClient): TableClient;
}

/** An emulator, and a wire to it, for the tests of one file. */
export function testTable(): TestTable {
  let azurite: Azurite;
  let wire: Wire;
  let tables = 0;
  beforeAll(async () => {
    azurite = await startAzurite();
    wire = await startWire(azurite.table);
  });
  afterAll(async () => {
    await wire?.stop();
    await azurite?.stop();
  });
  return {
    get wire() {
      return wire;
    },
    get connection() {
      return connectionTo({ table: wire.endpoint });
    },
    async table() {
      const client = clientOf(wire.endpoint, `xorca${++tables}`, 0);
      await createTables({ client });
      return client;
    },
    patient: ({ tableName }) => clientOf(wire.endpoint, tableName, 1),
    direct: ({ tableName }) => clientOf(azurite.table, tableName, 0),
  };
}

/** A client that tries again so often. */
export function clientOf(table: string, name: string, maxRetries: number): TableClient {
  return TableClient.fromConnectionString(connectionTo({ table }), name, {
    allowInsecureConnection: true,
    retryOptions: { maxRetries, retryDelayInMs: 1 },
  });
}

/** The client, with something that happens before each call that writes or reads one entity; what it throws is the call's end. */
export function withHook(
  client: TableClient,
  before: (method: string, key: string) => Promise<void>,
): TableClient {
  const own = Object.create(client) as TableClient;
  const keyOf = (first: unknown) =>
    typeof first === 'string' ? first : String((first as { partitionKey?: string }).partitionKey);
  for (const method of [
    'getEntity',
    'createEntity',
    'updateEntity',
    'upsertEntity',
    'deleteEntity',
  ] as const) {
    const call = client[method].bind(client) as (...given: unknown[]) => Promise<never>;
    Object.assign(own, {
      async [method](...given: unknown[]) {
        await before(method, keyOf(given[0]));
        return call(...given);
      },
    });
  }
  return own;
}

/** A store in a fresh table, whose wire can be cut and whose clock goes on by the test. */
export async function storeUnderTest(
  { wire, table }: TestTable,
  options: Partial<TableStoreOptions> = {},
): Promise<StoreUnderTest> {
  let passed = 0;
  return {
    store: tableStore({
      client: await table(),
      clock: { now: () => Date.now() + passed },
      ...options,
    }),
    // 15 properties of 64 KiB.
    ...(options.overflow ? {} : { maxBodyBytes: 983_040 }),
    advance(ms) {
      passed += ms;
    },
    outages: {
      away: (work) => wire.during('away', work),
      throttled: (work) => wire.during('throttled', work),
      lostReply: (work) => wire.during('lostReply', work),
    },
  };
}

/** A store in a fresh table, with a clock that stands still until the test moves it. */
export async function freshStore(database: TestTable, options: TableStoreOptions = {}) {
  const client = await database.table();
  const time = { ms: 1_750_000_000_000, now: () => time.ms };
  return { client, time, store: tableStore({ client, clock: time, ...options }) };
}

/** Actions of the calls that the work makes, each with what its entity is: `GetEntity process`. */
export async function callsDuring({ wire }: TestTable, work: () => Promise<unknown>): Promise<string[]> {
  const before = wire.calls.length;
  await work();
  return wire.calls.slice(before).map(({ action, path, request }) => {
    const key = String(request['PartitionKey'] ?? decodeURIComponent(path));
    return `${action} ${/wake:|process:/.exec(key)?.[0].slice(0, -1)}`;
  });
}

/** Rows of all hints. */
export async function hintsIn(client: TableClient): Promise<string[]> {
  const rows: string[] = [];
  for await (const { partitionKey, rowKey } of client.listEntities()) {
    if (partitionKey?.startsWith('wake:')) rows.push(rowKey ?? '');
  }
  return rows;
}
