import type { ProcessRecord, ProcessStore } from '@xorca/core';
import { check, refused, same } from './assert.ts';
import { type PlainStoreCase, sample } from './store-case.ts';

/** Load, save and their conditions. */
export const saveCases: readonly PlainStoreCase[] = [
  {
    name: 'an unknown id gives undefined',
    async run(makeStore) {
      const store = await makeStore();
      same(await store.load('nobody'), undefined, 'load of an unknown id');
    },
  },
  {
    name: 'a record comes back as it was saved: unicode, control characters, slashes, a body of 300 kB',
    async run(makeStore) {
      const store = await makeStore();
      const bodies = [
        '',
        '{"a":1}',
        'line\nbreak\r\n\ttab \u0000 nul \u0001\u001f\u007f\u0085\u2028\ufeff end',
        '\ufeffé e\u0301 日本語 🦈 / \\ " \' ` $(x) %00 <>&',
        JSON.stringify({ text: 'ü/"\\ 🐋\n'.repeat(40_000) }).slice(0, 300_000),
      ];
      for (const [n, body] of bodies.entries()) {
        const record = sample(`process-${n}`, {
          orchestrator: 'bücher/"x"',
          version: '1.0.0-β+1',
          status: 'cancelled',
          states: ['Prüfung', '#Prüfung.#a"b\\.🦈', "it's"],
          stuck: true,
          revision: 7,
          wakeAt: 1_750_000_123_456,
          updatedAt: 1_750_000_000_001,
          body: body.toWellFormed(),
        });
        const revision = await store.save(record, undefined);
        await loads(store, record);
        const next = {
          ...record,
          revision: 8,
          wakeAt: null,
          status: 'done' as const,
          states: [],
          stuck: false,
          body: `${record.body}.`,
        };
        await store.save(next, revision);
        await loads(store, next);
      }
    },
  },
  {
    name: 'a record is saved with the revision it was loaded with',
    async run(makeStore) {
      const store = await makeStore();
      await store.save(sample('p'), undefined);
      for (let n = 2; n < 6; n++) {
        const stored = await store.load('p');
        await store.save(sample('p', { revision: n }), stored?.revision);
        await loads(store, sample('p', { revision: n }));
      }
    },
  },
  {
    name: 'what a caller does to a record it saved or loaded changes nothing in the store',
    async run(makeStore) {
      const store = await makeStore();
      const states = ['Running', '#Running.Check'];
      const record = sample('p', { states });
      await store.save(record, undefined);
      Object.assign(record, { body: 'changed', status: 'error' });
      states.push('changed');
      await loads(store, sample('p'));
      const loaded = await store.load('p');
      attempt(() => Object.assign(loaded?.record ?? {}, { body: 'changed' }));
      attempt(() => Object.assign(loaded?.record.states ?? [], ['changed']));
      await loads(store, sample('p'));
    },
  },
  {
    name: 'a second create conflicts and changes nothing',
    async run(makeStore) {
      const store = await makeStore();
      const revision = await store.save(sample('p', { body: 'first' }), undefined);
      await refused('XORCA_CONFLICT', 'a second create', () =>
        store.save(sample('p', { body: 'second', wakeAt: 5 }), undefined),
      );
      await unchanged(store, sample('p', { body: 'first' }));
      await store.save(sample('p', { body: 'third', revision: 2 }), revision);
    },
  },
  {
    name: 'a stale save conflicts and changes nothing',
    async run(makeStore) {
      const store = await makeStore();
      const old = await store.save(sample('p'), undefined);
      const newer = await store.save(sample('p', { revision: 2, body: 'newer' }), old);
      await refused('XORCA_CONFLICT', 'a stale save', () =>
        store.save(sample('p', { revision: 2, body: 'stale', wakeAt: 5 }), old),
      );
      await unchanged(store, sample('p', { revision: 2, body: 'newer' }));
      await store.save(sample('p', { revision: 3 }), newer);
    },
  },
  {
    name: 'an update of a record that is not there conflicts and creates nothing',
    async run(makeStore) {
      const store = await makeStore();
      const revision = await store.save(sample('p'), undefined);
      await refused('XORCA_CONFLICT', 'an update of an absent record', () =>
        store.save(sample('q', { wakeAt: 5 }), revision),
      );
      same(await store.load('q'), undefined, 'load after the refused update');
      same(await store.due(10, 10), [], 'due after the refused update');
      await loads(store, sample('p'));
    },
  },
  {
    name: 'a writer that holds an older revision conflicts although the body is the same again',
    async run(makeStore) {
      const store = await makeStore();
      const first = await store.save(sample('p', { body: 'A' }), undefined);
      const second = await store.save(sample('p', { body: 'B' }), first);
      const third = await store.save(sample('p', { body: 'A' }), second);
      check(new Set([first, second, third]).size === 3, 'two writes of one process got the same revision');
      for (const stale of [first, second]) {
        await refused('XORCA_CONFLICT', 'a save over an older revision of the same body', () =>
          store.save(sample('p', { body: 'C' }), stale),
        );
      }
      await store.save(sample('p', { body: 'C' }), third);
    },
  },
];

async function loads(store: ProcessStore, record: ProcessRecord): Promise<void> {
  same((await store.load(record.id))?.record, record, `load of ${JSON.stringify(record.id)}`);
}

// A frozen record is as good as a copy.
function attempt(change: () => void): void {
  try {
    change();
  } catch {}
}

// A refused save must leave no trace in the index either.
async function unchanged(store: ProcessStore, record: ProcessRecord): Promise<void> {
  await loads(store, record);
  same(await store.due(10, 10), [], 'due after a refused save');
}
