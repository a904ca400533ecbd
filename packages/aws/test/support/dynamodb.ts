import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LockUnderTest, StoreUnderTest } from '@xorca/testing';
import { afterAll, beforeAll } from 'vitest';
import { startDynamoDb } from '../../../../tools/emulators/aws/dynamodb.ts';
import { startWire } from '../../../../tools/emulators/aws/wire.ts';
import type { Emulator } from '../../../../tools/emulators/emulator.ts';
import type { Wire } from '../../../../tools/emulators/wire.ts';
import {
  createTables,
  type DynamodbLockOptions,
  type DynamodbStoreOptions,
  dynamodbLock,
  dynamodbStore,
} from '../../src/index.ts';

/** What the tests of a file are given. */
export interface TestDynamodb {
  /** A client that tries once, over the wire. */
  readonly client: DynamoDBClient;
  /** One that tries a second time, as the SDK does by itself. */
  readonly patient: DynamoDBClient;
  readonly wire: Wire;
  /** The name of a fresh table. */
  table(): Promise<string>;
}

/** An emulator, and a wire to it, for the tests of one file. */
export function testDynamodb(): TestDynamodb {
  let server: Emulator;
  let made: Omit<TestDynamodb, 'table'>;
  let tables = 0;
  beforeAll(async () => {
    server = await startDynamoDb();
    const wire = await startWire(server.endpoint);
    made = { wire, client: clientOf(wire.endpoint, 1), patient: clientOf(wire.endpoint, 2) };
  });
  afterAll(async () => {
    made.client.destroy();
    made.patient.destroy();
    await made.wire.stop();
    await server.stop();
  });
  return {
    get client() {
      return made.client;
    },
    get patient() {
      return made.patient;
    },
    get wire() {
      return made.wire;
    },
    async table() {
      const table = `xorca-${++tables}`;
      await createTables({ client: made.client, table });
      return table;
    },
  };
}

function clientOf(endpoint: string, maxAttempts: number): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    maxAttempts,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
}

/** A store in a fresh table, whose wire can be cut. */
export async function storeUnderTest(
  database: TestDynamodb,
  options: Partial<DynamodbStoreOptions> = {},
): Promise<StoreUnderTest> {
  const { wire, client } = database;
  return {
    store: dynamodbStore({ client, table: await database.table(), ...options }),
    // 409,600 bytes are an item's; the ids and states of the contract are short.
    ...(options.overflow ? {} : { maxBodyBytes: 409_000 }),
    outages: {
      away: (work) => wire.during('away', work),
      throttled: (work) => wire.during('throttled', work),
      lostReply: (work) => wire.during('lostReply', work),
    },
  };
}

/** A lock whose time stands still until the test moves it, and then only when no call is under way. */
export async function lockUnderTest(
  database: TestDynamodb,
  options: Partial<DynamodbLockOptions> = {},
): Promise<LockUnderTest & { readonly table: string }> {
  let now = 1_750_000_000_000;
  let asked = 0;
  let waits: { readonly at: number; readonly run: () => void }[] = [];
  const client = {
    async send(command: never) {
      asked++;
      try {
        return (await database.client.send(command)) as unknown;
      } finally {
        asked--;
      }
    },
  };
  const settled = async () => {
    do await new Promise((resolve) => setImmediate(resolve));
    while (asked > 0);
  };
  const timers = {
    setTimeout(run: () => void, ms: number) {
      waits.push({ at: now + ms, run });
    },
    clearTimeout() {},
  };
  const table = await database.table();
  const clock = { now: () => now };
  return {
    table,
    lock: dynamodbLock({ client, table, clock, timers, random: () => 0.5, ...options }),
    async advance(ms) {
      await settled();
      now += ms;
      const due = waits.filter(({ at }) => at <= now);
      waits = waits.filter(({ at }) => at > now);
      for (const { run } of due) run();
      await settled();
    },
    outage: (work) => database.wire.during('away', work),
  };
}
