import { type CloudEvent, memoryStore, type ProcessRecord, type ProcessStore } from '@xorca/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { acceptance, type BusUnderTest, type OpenCell } from '../../src/index.ts';
import { memoryBus } from './memory-bus.ts';

afterEach(() => void vi.useRealTimers());

describe('a memory store with a bus in memory', () => {
  for (const { name, run } of acceptance) {
    it(name, () => run({ open: () => ({ store: memoryStore(), bus: memoryBus() }) }));
  }
});

/** The store, with something about it that is wrong. */
function storeThat(wrong: (store: ProcessStore) => Partial<ProcessStore>): () => OpenCell {
  return () => {
    const store = memoryStore();
    return { store: { ...store, ...wrong(store) }, bus: memoryBus() };
  };
}

/** The bus, with something wrong about what it does with events. */
function busThat(
  wrong: (events: readonly CloudEvent[]) => readonly CloudEvent[],
  part: Partial<BusUnderTest['publisher']> = {},
): () => OpenCell {
  return () => {
    const bus = memoryBus();
    const publisher = { publish: (events: readonly CloudEvent[]) => bus.publisher.publish(wrong(events)) };
    return { store: memoryStore(), bus: { ...bus, publisher: { ...publisher, ...part } } };
  };
}

function without(type: string): () => OpenCell {
  return busThat((events) => events.filter((event) => event.type !== type));
}

const save = (change: (record: ProcessRecord) => ProcessRecord) =>
  storeThat((store) => ({ save: (record, expected) => store.save(change(record), expected) }));

const BROKEN: ReadonlyArray<{
  readonly what: string;
  readonly open: () => OpenCell;
  readonly title: string;
  readonly because: RegExp;
}> = [
  {
    what: 'a store that ignores the revision',
    open: storeThat((store) => ({
      async save(record) {
        return store.save(record, (await store.load(record.id))?.revision);
      },
    })),
    title: 'faults',
    because: /came twice, with other data|expected/,
  },
  {
    what: 'a bus that loses one kind of answer',
    open: without('evt.book.index.success'),
    title: 'golden walk',
    because: /evt\.book\.index\.success.* did not arrive/,
  },
  {
    what: 'a bus that loses one event of very many',
    open: () => {
      let lost = 0;
      return busThat((events) => events.filter(() => ++lost !== 33))();
    },
    title: 'faults',
    because: /did not arrive/,
  },
  {
    what: 'a publisher that swallows',
    open: busThat(() => []),
    title: 'golden walk',
    because: /did not arrive/,
  },
  {
    what: 'a publisher that says each thing twice, as two events',
    open: busThat((events) => events.flatMap((event) => [event, { ...event, id: `${event.id}+` }])),
    title: 'golden walk',
    because: /each once|expected/,
  },
  {
    what: 'a bus that changes data',
    open: busThat((events) =>
      events.map((event) => ({ ...event, data: { ...(event.data as object), a: 1 } })),
    ),
    title: 'golden walk',
    because: /expected/,
  },
  {
    what: 'a bus that says something else the second time',
    open: busThat((events) => events.flatMap((event) => [event, { ...event, data: { book: 'another' } }])),
    title: 'golden walk',
    because: /came twice, with other data/,
  },
  {
    what: 'a bus that delivers something broken',
    open: busThat((events) => events.map((event) => ({ ...event, specversion: '0.3' }))),
    title: 'golden walk',
    because: /was rejected|did not arrive/,
  },
  {
    what: 'a store whose due names nobody',
    open: storeThat(() => ({ due: async () => [] })),
    title: 'timers',
    because: /after three days/,
  },
  {
    what: 'a store whose due names everybody, always',
    open: storeThat((store) => ({ due: async () => (await store.list({})).items.map(({ id }) => id) })),
    title: 'timers',
    because: /still due/,
  },
  {
    what: 'a bus that loses what calls a command off',
    open: without('cmd.copy.bind.cancel'),
    title: 'cancellation',
    because: /cmd\.copy\.bind\.cancel.* did not arrive/,
  },
  {
    what: 'a store that forgets the version',
    open: save((record) => ({ ...record, version: '1.0.0' })),
    title: 'versions',
    because: /version|moved/,
  },
  {
    what: 'a store that cuts off what is long',
    open: save((record) =>
      record.body.length > 1_000_000
        ? { ...record, body: record.body.replace('9999 map', '9999 mop') }
        : record,
    ),
    title: 'big state',
    because: /context/,
  },
  {
    what: 'a bus with a limit and no claim check',
    open: busThat((events) => events, { maxEventBytes: 1_048_576 }),
    title: 'big state',
    because: /expected|not taken|never taken/,
  },
];

describe('the suite finds', () => {
  for (const { what, open, title, because } of BROKEN) {
    it(`${what}, by its case "${title}"`, async () => {
      const found = acceptance.find((one) => one.title === title);
      if (!found) throw new Error(`There is no case ${title}.`);
      expect(await failureOf(found.run({ open }))).toMatch(because);
    });
  }
});

/** How the work fails, whose waits end as soon as nothing else goes on. */
async function failureOf(work: Promise<void>): Promise<string> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let failure: string | undefined;
  void work.then(
    () => {
      failure = 'it did not fail';
    },
    (error: unknown) => {
      failure = String(error);
    },
  );
  while (failure === undefined) {
    for (let turns = 0; turns < 200; turns++) await turn();
    await vi.advanceTimersByTimeAsync(25_000);
  }
  return failure;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
