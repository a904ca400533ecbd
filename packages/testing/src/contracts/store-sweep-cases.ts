import type { ProcessStore } from '@xorca/core';
import { check, same, soon, turn } from './assert.ts';
import { type StoreCase, sample, underTest } from './store-case.ts';

const NOW = 1_750_000_000_000;
const MINUTE_MS = 60_000;

/** What a store clears away of its index while records are saved. */
export const sweepCases: readonly StoreCase[] = [
  {
    name: 'due with everything to sweep misses nothing while records are saved around it, however late it is',
    async run(makeStore) {
      const { store, advance = () => {} } = await underTest(makeStore);
      const ids = Array.from({ length: 16 }, (_, n) => `p${n}`);
      await store.save(sample('constant', { wakeAt: NOW - 1 }), undefined);
      for (let round = 0; round < 4; round++) {
        let saving = true;
        const moves = [
          // All that is in the index is due by then, so each look has everything to sweep.
          ...ids.map((id, n) => move(store, id, [NOW - n, null, NOW - 20 - n - round])),
          move(store, 'constant', [NOW - 1, NOW - 1]),
          // Lost races leave behind what later looks sweep.
          ...ids.map((id) => store.save(sample(id, { wakeAt: 1 }), undefined).catch(() => undefined)),
        ];
        const saves = Promise.all(moves).finally(() => {
          saving = false;
        });
        const sweep = async () => {
          for (let looks = 1; saving; looks++) {
            const due = await store.due(NOW + MINUTE_MS, 1_000);
            check(due.includes('constant'), 'due lost a record that was due throughout');
            // Seldom, so that on a store in memory too a look comes between the writes of a save.
            if (looks % 8 === 0) await turn();
          }
        };
        // Less than the longest invocation (15 minutes on AWS Lambda): no save takes longer, so a store may count on that.
        await advance(14 * MINUTE_MS);
        await Promise.all([saves, sweep(), sweep(), sweep()]);
        for (const late of [0, 21 * MINUTE_MS, 24 * 60 * MINUTE_MS]) {
          await advance(late);
          await soon(async () => {
            const due = await store.due(NOW + MINUTE_MS, 1_000);
            same(
              [...due].sort(),
              ['constant', ...ids].sort(),
              `due ${late} ms after the saves of round ${round}`,
            );
          });
        }
      }
    },
  },
];

async function move(store: ProcessStore, id: string, times: readonly (number | null)[]): Promise<void> {
  for (const wakeAt of times) {
    const stored = await store.load(id);
    const revision = (stored?.record.revision ?? 0) + 1;
    const record = sample(id, { wakeAt, revision });
    await store.save(record, stored?.revision).catch(async () => {
      // The creators beside it may have been first.
      const fresh = await store.load(id);
      await store.save({ ...record, revision: (fresh?.record.revision ?? 0) + 1 }, fresh?.revision);
    });
  }
}
