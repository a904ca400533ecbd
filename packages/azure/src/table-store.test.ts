import type { TableClient } from '@azure/data-tables';
import { XorcaError } from '@xorca/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryObjects } from '../../core/test/support/memory-objects.ts';
import { record } from '../test/support/record.ts';
import { callsDuring, clientOf, freshStore, hintsIn, testTable } from '../test/support/table.ts';
import { type TableStoreOptions, tableStore } from './table-store.ts';

const database = testTable();
const T = 1_750_000_000_000;
const MINUTE = 60_000;

const fresh = (options: TableStoreOptions = {}) => freshStore(database, options);
const callsOf = (work: () => Promise<unknown>) => callsDuring(database, work);
const raw = (client: TableClient, id: string) =>
  client.getEntity<Record<string, unknown>>(`process:${id}`, 'record');

const refusal = (status: number, code: string, text = 'no') => ({
  status,
  body: { 'odata.error': { code, message: { lang: 'en-US', value: text } } },
});

afterEach(() => vi.restoreAllMocks());

describe('a save whose answer is lost', () => {
  it('went through, when the second try of the SDK meets the first one: as a create and as an update', async () => {
    const client = await database.table();
    const store = tableStore({ client: database.patient(client) });
    const lost = async (work: () => Promise<string | number>) => {
      let revision: string | number | undefined;
      const calls = await callsOf(async () => {
        revision = await database.wire.during('lostReply', work, 1);
      });
      return { revision, calls };
    };
    const created = await lost(() => store.save(record('p', { body: 'A' }), undefined));
    expect(created.calls).toEqual(['InsertEntity process', 'InsertEntity process', 'GetEntity process']);
    expect((await store.load('p'))?.revision).toBe(created.revision);
    const updated = await lost(() => store.save(record('p', { body: 'B', revision: 2 }), created.revision));
    expect(updated.calls).toEqual(['UpdateEntity process', 'UpdateEntity process', 'GetEntity process']);
    expect(await store.load('p')).toEqual({
      record: record('p', { body: 'B', revision: 2 }),
      revision: updated.revision,
    });
    await store.save(record('p', { body: 'C', revision: 3 }), updated.revision);
  });

  it('is a conflict when somebody else saved before the second try', async () => {
    const { client, store } = await fresh();
    const first = await store.save(record('p'), undefined);
    // The client of the SDK tries again by hand here, so that another one comes in between.
    const twice = Object.assign(Object.create(client) as TableClient, {
      async updateEntity(...given: Parameters<TableClient['updateEntity']>) {
        await client.updateEntity(...given);
        await store.save(record('p', { body: 'other', revision: 3 }), (await store.load('p'))?.revision);
        return client.updateEntity(...given);
      },
    });
    const save = tableStore({ client: twice }).save(record('p', { body: 'mine', revision: 2 }), first);
    await expect(save).rejects.toMatchObject({ code: 'XORCA_CONFLICT' });
    expect((await store.load('p'))?.record.body).toBe('other');
  });
});

describe('what a table has that is no record', () => {
  it('is XORCA_CORRUPT_RECORD for a load, named by due, and left out of lists', async () => {
    const { client, store } = await fresh();
    const damage: Record<string, unknown> = {
      id: 'other',
      orchestrator: 1,
      status: 'asleep',
      states: '[1]',
      stuck: 'true',
      revision: 'x',
      hint: 5,
      bodyBytes: 1,
      body0: new Uint8Array([0xff, 0xff]),
    };
    await store.save(record('whole', { wakeAt: 1 }), undefined);
    const longId = 'long/'.repeat(500);
    for (const [name, value] of Object.entries(damage)) {
      await store.save(record(name, { wakeAt: 2 }), undefined);
      const partitionKey = `process:${name.replace('B', '=b')}`;
      await client.updateEntity({ partitionKey, rowKey: 'record', [name]: value as never }, 'Merge');
      await expect(store.load(name), name).rejects.toMatchObject({
        code: 'XORCA_CORRUPT_RECORD',
        processId: name,
        message: expect.stringMatching(
          new RegExp(`"${name}".*table "${client.tableName}".*property ${name} is`),
        ),
      });
    }
    // One whose id is not in its key.
    await store.save(record(longId, { wakeAt: 2 }), undefined);
    for await (const { partitionKey = '' } of client.listEntities()) {
      if (!partitionKey.startsWith('process:long')) continue;
      await client.updateEntity({ partitionKey, rowKey: 'record', id: 5, hint: 5 }, 'Merge');
    }
    const due = await store.due(10, 100);
    expect([...due].sort()).toEqual([...Object.keys(damage), longId, 'whole'].sort());
    // A list shows no bodies and no hints, so it does not miss them.
    expect((await store.list({})).items.map(({ id }) => id).sort()).toEqual([
      ...['body0', 'bodyBytes', 'hint', 'whole'],
    ]);
    const current = `|${(await raw(client, 'status'))['etag']}`;
    await expect(store.save(record('status'), '|W/"stale"')).rejects.toMatchObject({
      code: 'XORCA_CONFLICT',
    });
    await store.save(record('status', { revision: 2 }), current);
    for (const name of ['states', 'hint', longId]) {
      await store.delete?.(name);
      expect(await store.load(name)).toBeUndefined();
    }
  });
});

describe('records', () => {
  it('keep any text, in whatever property, and are found by it', async () => {
    const { store } = await fresh();
    const text =
      "\ufeffa\0b\u0001\u007f \ud800 \udfff \ufdd0 \ufdd0d800 \uffff 🦈 it's 'quoted' & + % # ? / \\ \n";
    const odd = record('p\0', {
      orchestrator: text,
      version: text,
      states: [text, ''],
      body: text.repeat(9),
    });
    await store.save(odd, undefined);
    await store.save(record('other'), undefined);
    expect((await store.load('p\0'))?.record).toEqual(odd);
    const { body: _, ...summary } = odd;
    for (const filter of [{ orchestrator: text }, { version: text }, { state: text }, { state: '' }]) {
      expect((await store.list(filter)).items).toEqual([summary]);
    }
    const long = record('long', { orchestrator: 'x'.repeat(20_000), updatedAt: 0.5, revision: 2 ** 40 });
    await store.save(long, undefined);
    expect((await store.list({ orchestrator: long.orchestrator })).items).toHaveLength(1);
    expect((await store.list({ updatedBefore: 0.7 })).items).toHaveLength(3);
    expect((await store.list({ updatedBefore: 0.5 })).items).toHaveLength(2);
    expect((await store.load('long'))?.record).toEqual(long);
  });

  it('have bodies in binary properties of 64 KiB, cut wherever a letter lies', async () => {
    const { client, store } = await fresh();
    for (const body of ['', 'x'.repeat(65_536), `x${'🦈'.repeat(40_000)}`]) {
      const stored = await store.load('p');
      await store.save(record('p', { body }), stored?.revision);
      expect((await store.load('p'))?.record.body).toBe(body);
    }
    const entity = await raw(client, 'p');
    expect([entity['bodyBytes'], (entity['body0'] as Uint8Array).length]).toEqual([160_001, 65_536]);
    expect(Object.keys(entity).filter((name) => name.startsWith('body'))).toHaveLength(4);
  });

  it('over the limit of an entity are refused with what to do, before the wire where it is sure, else by Azure', async () => {
    const { client, store } = await fresh();
    for (const part of [
      { body: 'x'.repeat(1_100_000), wakeAt: T },
      { states: ['y'.repeat(40_000)], wakeAt: T },
    ]) {
      let error: XorcaError | undefined;
      const calls = await callsOf(async () => {
        error = await store.save(record('p', part), undefined).then(undefined, (thrown) => thrown);
      });
      expect(error).toMatchObject({ code: 'XORCA_STATE_TOO_LARGE', processId: 'p', retryable: false });
      expect(error?.message).toMatch(/"p".*bytes.*1048576.*overflow.*compression/);
      expect(calls).toEqual([]);
    }
    for (const code of ['EntityTooLarge', 'PropertyValueTooLarge', 'RequestBodyTooLarge']) {
      const save = () => store.save(record('q'), undefined);
      await expect(database.wire.during(refusal(400, code), save)).rejects.toMatchObject({
        code: 'XORCA_STATE_TOO_LARGE',
      });
    }
    expect(await hintsIn(client)).toEqual([]);
  });

  it('that overflow leave only a reference in the table, and what nobody names is swept', async () => {
    const objects = memoryObjects();
    const client = await database.table();
    const time = { ms: T, now: () => time.ms };
    const overflow = { objects, threshold: 1_000, prefix: 'bodies/' };
    for (const compression of [false, true]) {
      const store = tableStore({ client, overflow, compression, clock: time });
      const id = `p${Number(compression)}`;
      const body = Array.from({ length: 2_000 }, (_, n) => (n * 48_271) % 99_991).join();
      const revision = await store.save(record(id, { body }), undefined);
      expect((await raw(client, id))['bodyBytes']).toBeLessThan(300);
      expect((await store.load(id))?.record.body).toBe(body);
      await database.wire.during('lostReply', async () => {
        const save = store.save(record(id, { body: `${body}!` }), '|s|W/"x"');
        await expect(save).rejects.toBeInstanceOf(XorcaError);
      });
      time.ms += 30 * MINUTE;
      await store.save(record(id, { revision: 2 }), revision);
      await store.sweep(time.ms);
      expect([...objects.texts.keys()].filter((key) => key.includes(id))).toEqual([]);
    }
  });
});

describe('list', () => {
  it('goes on where the service ends a page early, also with nothing on it', async () => {
    const client = await database.table();
    const store = tableStore({ client });
    for (const id of ['a', 'b', 'c', 'd']) await store.save(record(id, { wakeAt: 1 }), undefined);
    // As Azure does where its partitions are on several servers, or after five seconds.
    const short = Object.assign(Object.create(client) as TableClient, {
      listEntities: (options: Parameters<TableClient['listEntities']>[0]) => ({
        byPage({ continuationToken: from = '' }: { continuationToken?: string }) {
          if (!from.startsWith('EMPTY')) {
            return {
              next: async () => ({ value: Object.assign([], { continuationToken: `EMPTY${from}` }) }),
            };
          }
          const continuationToken = from.slice('EMPTY'.length);
          return client
            .listEntities(options)
            .byPage({ maxPageSize: 1, ...(continuationToken ? { continuationToken } : {}) });
        },
      }),
    });
    const seen: string[] = [];
    let cursor: string | undefined;
    let turns = 0;
    do {
      const page = await tableStore({ client: short }).list({ limit: 3, ...(cursor ? { cursor } : {}) });
      expect(page.items.length).toBeLessThanOrEqual(3);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== undefined && ++turns < 20);
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
    expect(await tableStore({ client: short }).due(10, 10)).toHaveLength(4);
  });
});

describe('errors', () => {
  it('of a table that is not there say how to make it', async () => {
    const store = tableStore({ client: clientOf(database.wire.endpoint, 'nowhere', 0) });
    const stale = `|W/"datetime'2026-01-01T00%3A00%3A00.0000000Z'"`;
    for (const [action, call] of Object.entries({
      GetEntity: () => store.load('p'),
      InsertEntity: () => store.save(record('p'), undefined),
      UpdateEntity: () => store.save(record('p'), stale),
      InsertOrReplaceEntity: () => store.save(record('p', { wakeAt: 1 }), undefined),
      QueryEntities: () => store.due(1, 1),
    })) {
      await expect(call(), action).rejects.toMatchObject({
        code: 'XORCA_CONFIG',
        message: expect.stringMatching(new RegExp(`There is no table "nowhere" .*${action}.*createTables`)),
      });
    }
    await expect(store.list({})).rejects.toMatchObject({ code: 'XORCA_CONFIG' });
    await expect(store.delete?.('p')).rejects.toMatchObject({ code: 'XORCA_CONFIG' });
  });

  it('of a missing permission name the role, and those of throttling and outages can be tried again', async () => {
    const { client, store } = await fresh();
    const denied = refusal(403, 'AuthorizationPermissionMismatch', 'This request is not authorized.');
    const save = () => store.save(record('p'), undefined);
    await expect(database.wire.during(denied, save)).rejects.toMatchObject({
      code: 'XORCA_CONFIG',
      message: expect.stringMatching(
        `No permission for InsertEntity on table "${client.tableName}".*Storage Table Data Contributor`,
      ),
      processId: 'p',
      retryable: false,
    });
    for (const [mode, message] of [
      ['throttled', 'asked too much'],
      ['away', 'try again'],
      [refusal(500, 'InternalError'), 'try again'],
    ] as const) {
      await expect(database.wire.during(mode, save)).rejects.toMatchObject({
        code: 'XORCA_UNAVAILABLE',
        message: expect.stringMatching(message),
        retryable: true,
      });
    }
    await expect(database.wire.during(refusal(400, 'InvalidInput'), save)).rejects.toMatchObject({
      code: 'XORCA_UNAVAILABLE',
      retryable: false,
    });
    expect(await store.load('p')).toBeUndefined();
  });

  it('of a service that never answers come after 20 seconds, all tries together', async () => {
    const { tableName: table } = await database.table();
    const store = tableStore({ connection: database.connection, table });
    await store.save(record('p'), undefined);
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort());
    await database.wire.during('silent', async () => {
      await expect(store.load('p')).rejects.toMatchObject({ code: 'XORCA_UNAVAILABLE', retryable: true });
    });
    expect(timeout).toHaveBeenCalledWith(20_000);
  });

  it('of a client that is made are rare: it tries three times by itself', async () => {
    const { tableName: table } = await database.table();
    const store = tableStore({ connection: database.connection, table });
    await database.wire.during('away', () => store.save(record('p'), undefined), 1);
    expect((await store.load('p'))?.record).toEqual(record('p'));
  });

  it('of a cursor that no list gave are XORCA_CONFIG', async () => {
    const { store } = await fresh();
    const written = (text: string) => Buffer.from(text).toString('base64url');
    const cursors = ['', ' ', 'p', '{}', '../x', '\0', 'YQ==', 'Y'.repeat(9_999), '🦈', written('process:a')];
    for (const cursor of [...cursors, written("process:'|"), written('wake:1|'), written('process:a|{}')]) {
      await expect(store.list({ cursor }), cursor).rejects.toMatchObject({ code: 'XORCA_CONFIG' });
    }
  });

  it('of a revision that no save gave are conflicts', async () => {
    const { store } = await fresh();
    await store.save(record('p'), undefined);
    const stale = `|W/"datetime'2026-01-01T00%3A00%3A00.0000000Z'"`;
    for (const revision of ['', '*', '|*', '|', 7, 'x|y', '|W/"x"', '|W/"*"', stale]) {
      await expect(store.save(record('p'), revision), String(revision)).rejects.toMatchObject({
        code: 'XORCA_CONFLICT',
      });
    }
  });

  it('of options that cannot be meant are XORCA_CONFIG', async () => {
    const client = await database.table();
    const { connection } = database;
    const table = 'xorca';
    const objects = memoryObjects();
    for (const [options, message] of [
      [{ connection }, 'needs table'],
      [{ connection, table: '' }, 'needs table'],
      [{ connection, table: 'my-table' }, '3 to 63 letters and digits'],
      [{ connection, table: 'tables' }, '3 to 63 letters and digits'],
      [{ table }, 'exactly one of client'],
      [{ client, table }, 'leave one of them out'],
      [{ client: {} }, 'has no method getEntity'],
      [{ client, wakeShard: 5 }, 'Did you mean "wakeShards"?'],
      [{ client, wakeShards: 0 }, 'a whole number from 1 to 100'],
      [{ client, wakeShards: 101 }, 'a whole number from 1 to 100'],
      [{ client, wakeShards: 1.5 }, 'a whole number from 1 to 100'],
      [{ client, compression: { level: 9 } }, 'compress has no option "level"'],
      [{ client, overflow: { bucket: 'b' } }, 'overflow of tableStore has no option "bucket"'],
      [{ client, overflow: {} }, 'needs objects'],
      [{ client, overflow: { objects, threshold: 990_000 } }, 'up to 983040'],
    ] as const) {
      const make = () => tableStore(options as never);
      expect(make).toThrow(message);
      expect(make).toThrow(expect.objectContaining({ code: 'XORCA_CONFIG' }));
    }
  });
});
