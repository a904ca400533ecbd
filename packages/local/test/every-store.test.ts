import { join } from 'node:path';
import {
  checkHistory,
  createFleetRunner,
  createRunner,
  type Journal,
  memoryJournal,
  memoryPublisher,
  memoryStore,
  objectJournal,
  objectStore,
  type ProcessStore,
} from '@xorca/core';
import { compress, encrypt, withClaimCheck, withCodec } from '@xorca/core/codec';
import { expect, it } from 'vitest';
import { memoryObjects } from '../../core/test/support/memory-objects.ts';
import { fileObjects, fileStore, sqliteJournal, sqliteStore } from '../src/index.ts';
import { delivery, services, shop, shopMachine } from './support/shop.ts';
import { closing, tempFolder } from './support/temp-folder.ts';

interface Ports {
  readonly store: ProcessStore;
  readonly journal: Journal;
}

const codecs = [
  compress({ minBytes: 0 }),
  encrypt({ keys: { 'key-1': new Uint8Array(32).fill(7) }, use: 'key-1' }),
];

const STORES: Record<string, () => Promise<Ports> | Ports> = {
  memory: () => ({ store: memoryStore(), journal: memoryJournal() }),
  objects: () => ({ store: objectStore(memoryObjects()), journal: objectJournal(memoryObjects()) }),
  files: async () => ({
    store: fileStore({ dir: await tempFolder() }),
    journal: objectJournal(fileObjects(await tempFolder())),
  }),
  SQLite: async () => {
    const path = join(await tempFolder(), 'xorca.db');
    return { store: closing(sqliteStore({ path })), journal: closing(sqliteJournal({ path })) };
  },
  'SQLite, compressed, encrypted, the large ones as files': async () => {
    const folder = await tempFolder();
    const inner = closing(sqliteStore({ path: join(folder, 'xorca.db') }));
    const claimed = withClaimCheck(inner, { objects: fileObjects(join(folder, 'bodies')), threshold: 1_500 });
    return { store: withCodec(claimed, codecs), journal: memoryJournal() };
  },
};

const MINUTE = 60_000;
const DAY = 86_400_000;

async function walk({ store, journal }: Ports) {
  const publisher = memoryPublisher();
  let now = 1_800_000_000_000;
  const clock = { now: () => now };
  const platform = { store, journal, publisher, clock };
  const orders = createRunner(shop, platform);
  const deliveries = createRunner(delivery, platform);
  const fleet = createFleetRunner(services(), { publisher }, { timeout: 50 });
  let handed = 0;
  // Everything that is sent goes to everybody, until nothing new is sent.
  const settle = async () => {
    while (handed < publisher.published.length) {
      const events = publisher.published.slice(handed);
      handed = publisher.published.length;
      for (const runner of [orders, deliveries, fleet]) await runner.handle(events);
    }
  };
  const pass = async (ms: number) => {
    now += ms;
    await orders.wake();
    await deliveries.wake();
    await settle();
  };
  const values: unknown[] = [];
  const look = async () => values.push((await orders.get('o1'))?.value);

  const approval = {
    specversion: '1.0',
    id: 'yes',
    source: '/boss',
    type: 'evt.approval.given',
    subject: 'o1',
  };
  await orders.start({ id: 'o1', input: { of: ['tea', 'milk', 'honey'] } });
  const [kept] = await orders.handle([{ ...approval, data: { by: 'the boss' } }]);
  values.push(kept?.status);
  await look();
  await settle();
  await look();
  await pass(MINUTE);
  await pass(10_000);
  await look();
  await pass(DAY);
  await look();

  await orders.start({ id: 'o2', input: { of: ['salt'] } });
  await settle();
  const stuck = await orders.list({ state: 'Approving', orchestrator: 'shop' });
  values.push(stuck.items.map(({ id }) => id));
  values.push((await orders.cancel('o2')).status);
  const history = await checkHistory(shopMachine, {
    read: journal.read.bind(journal),
    async *processes() {
      yield* ['o1', 'o2'];
    },
  });
  const sent = publisher.published.map(({ id, type }) => `${id} ${type}`);
  return { values, end: await orders.get('o1'), history, sent: [...new Set(sent)] };
}

it.each(Object.entries(STORES))('every kind of step works on %s', async (_, ports) => {
  const { values, end, history, sent } = await walk(await ports());
  expect(values).toEqual(['buffered', 'Reserving', 'Paying', 'Resting', 'Done', ['o2'], 'cancelled']);
  expect(end).toMatchObject({
    status: 'done',
    context: {
      shelves: ['shelf of tea', 'shelf of milk', 'shelf of honey'],
      receipt: 'no. 2',
      signed: 'Isaac',
    },
    commands: [],
    timers: [],
    outbox: [],
    buffered: [],
  });
  expect(history).toEqual({ checked: 2, broken: [], unchecked: [] });
  expect(sent.filter((one) => one.startsWith('o1/') && one.includes(' cmd.'))).toEqual([
    'o1/1 cmd.stock.reserve',
    'o1/2 cmd.stock.reserve',
    'o1/3 cmd.stock.reserve',
    'o1/4 cmd.till.pay',
    'o1/5 cmd.till.pay',
    'o1/6 cmd.shop.deliver',
    'o1/6@/orch/shop/1 cmd.van.drive',
  ]);
});
