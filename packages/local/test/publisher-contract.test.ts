import { DatabaseSync } from 'node:sqlite';
import type { CloudEvent } from '@xorca/core';
import { type PublisherUnderTest, publisherContract } from '@xorca/testing';
import { describe, it } from 'vitest';
import { sqliteStore } from '../src/sqlite-store.ts';
import { openBus } from './support/bus.ts';

async function busWithConsumer() {
  const { bus, file } = await openBus();
  const got: CloudEvent[] = [];
  bus.subscribe({ name: 'all', types: ['*'], handler: async (events) => void got.push(...events) });
  const received = async () => {
    await bus.idle();
    return got;
  };
  return { bus, file, received };
}

// Somebody else holds the file, for longer than the bus waits.
async function busInBusyFile(): Promise<PublisherUnderTest> {
  const { bus, file, received } = await busWithConsumer();
  bus.database.prepare('PRAGMA busy_timeout = 1').get();
  const outage = async (work: () => Promise<void>) => {
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    await work().finally(() => other.close());
  };
  // A file takes all events of a call or none.
  return { publisher: bus, received, outage, refuses: { forNow: (_, work) => outage(work) } };
}

// Events go along with the save of a record. It is one transaction, so one that is refused takes all with it: core asks for the
// size before.
async function takenAlongBySaves(): Promise<PublisherUnderTest> {
  const { bus, received } = await busWithConsumer();
  const store = sqliteStore({ database: bus.database, bus });
  let saves = 0;
  const record = {
    orchestrator: 'books',
    version: '1',
    status: 'active',
    states: [],
    stuck: false,
    revision: 1,
    wakeAt: null,
    updatedAt: 0,
    body: '',
  } as const;
  const publish = async (events: readonly CloudEvent[]) => {
    await store.save({ ...record, id: `p${++saves}` }, undefined, events);
  };
  return { publisher: { publish }, received };
}

describe.each([
  ['localBus', busInBusyFile],
  ['a save that takes its effects along', takenAlongBySaves],
])('%s', (_, make) => {
  for (const { name, run } of publisherContract) it(name, () => run(make));
});
