import { isXorcaError, type ProcessStore } from '@xorca/core';
import { check, same, soon, turn } from './assert.ts';
import { type StoreTrial, sample, underTest } from './store-case.ts';

const NOW = 1_750_000_000_000;
const MINUTE_MS = 60_000;
// By then all is due, so that each look has everything to sweep.
const LATE = NOW + MINUTE_MS;

/** What a store clears away of its index while records are saved. */
export const sweepCases: readonly StoreTrial[] = [
  {
    name: 'due with everything to sweep misses nothing while records are saved around it, however late it is',
    async run(makeStore) {
      const { store, advance = () => {} } = await underTest(makeStore);
      const ids = Array.from({ length: 16 }, (_, n) => `p${n}`);
      for (const id of ids) await store.save(sample(id, { wakeAt: NOW }), undefined);
      for (let round = 0; round < 8; round++) {
        const saves = ids.map(async (id, n) => {
          // Out of step with one another, so that a look of one meets the others between their writes.
          await outOfStep(round, n * (round + 1));
          await saveAndLook(store, id, [NOW - 20 * round - n - 1, null, NOW - n]);
        });
        const leftovers = ids.slice(0, 3).map((id) => loseRace(store, id));
        // While saves are under way, each time at another place of theirs. Less than the longest invocation (15 minutes on
        // AWS Lambda): no save takes longer, so a store may count on that.
        await outOfStep(round, 10 * round);
        await advance(14 * MINUTE_MS);
        await Promise.all([...saves, ...leftovers]);
        for (const late of [0, 21 * MINUTE_MS, 24 * 60 * MINUTE_MS]) {
          await advance(late);
          await soon(async () => {
            const due = await store.due(LATE, 1_000);
            same([...due].sort(), [...ids].sort(), `due ${late} ms after the saves of round ${round}`);
          });
        }
      }
    },
  },
];

// A store in memory goes on between microtasks, one that asks somebody else between turns of the event loop.
async function outOfStep(round: number, steps: number): Promise<void> {
  const isByTurns = round % 2 === 1;
  for (let n = 0; n < (isByTurns ? steps % 5 : steps); n++) await (isByTurns ? turn() : undefined);
}

// Whoever looks for its own record sweeps on the way what the others have only half written.
async function saveAndLook(
  store: ProcessStore,
  id: string,
  times: readonly (number | null)[],
): Promise<void> {
  for (const wakeAt of times) {
    const stored = await store.load(id);
    const revision = (stored?.record.revision ?? 0) + 1;
    await store.save(sample(id, { wakeAt, revision }), stored?.revision);
    await soon(async () => {
      const due = await store.due(LATE, 1_000);
      if (wakeAt !== null) check(due.includes(id), `due misses ${id}, which was just saved`);
    });
  }
}

// A save that lost may leave something in the index, for later looks to sweep.
async function loseRace(store: ProcessStore, id: string): Promise<void> {
  await turn();
  try {
    await store.save(sample(id, { wakeAt: 1 }), undefined);
  } catch (error) {
    if (!isXorcaError(error, 'XORCA_CONFLICT')) throw error;
  }
}
