import { isXorcaError, type ProcessRecord, type ProcessStore, type Revision } from '@xorca/core';
import { check, same, soon } from './assert.ts';
import { type StoreTrial, sample, underTest } from './store-case.ts';
import { unshown } from './unshown.ts';

/** Bodies that are large, and those that are too large. */
export const sizeCases: readonly StoreTrial[] = [
  {
    name: 'a body of 1 or 4 MB is taken whole, or refused as too large with nothing changed',
    async run(makeStore) {
      const { store } = await underTest(makeStore);
      for (const bytes of [1_000_000, 4_000_000]) await takesOrRefuses(store, bytes);
    },
  },
  {
    name: 'where the maker names a limit, a body up to it goes through, in one-byte letters and in others',
    async run(makeStore) {
      const { store, maxBodyBytes } = await underTest(makeStore);
      if (maxBodyBytes === undefined) unshown('maxBodyBytes');
      for (const [n, body] of [ascii(maxBodyBytes), wide(maxBodyBytes), ascii(maxBodyBytes)].entries()) {
        const revision = await store.save(sample(`p${n}`, { body }), undefined);
        await store.save(sample(`p${n}`, { body, revision: 2 }), revision);
        same((await store.load(`p${n}`))?.record, sample(`p${n}`, { body, revision: 2 }), 'load');
      }
    },
  },
  {
    name: 'where the maker names a limit, a body of twice its size is refused and changes nothing',
    async run(makeStore) {
      const { store, maxBodyBytes } = await underTest(makeStore);
      if (maxBodyBytes === undefined) unshown('maxBodyBytes');
      await takesOrRefuses(store, maxBodyBytes + 1);
      check(
        !(await takesOrRefuses(store, 2 * maxBodyBytes)),
        `a body of twice the ${maxBodyBytes} bytes was taken: the maker's maxBodyBytes is not the store's limit`,
      );
    },
  },
];

// Gives whether it was taken. Whichever it is, it must be so for a create and for an update, and leave no half.
async function takesOrRefuses(store: ProcessStore, bytes: number): Promise<boolean> {
  const [kept, fresh] = [`kept ${bytes}`, `fresh ${bytes}`];
  const small = sample(kept);
  const body = ascii(bytes);
  const revision = await store.save(small, undefined);
  const updated = sample(kept, { body, revision: 2, wakeAt: 5 });
  const created = sample(fresh, { body, wakeAt: 6 });
  const isUpdated = await goesThrough(store, updated, revision);
  const isCreated = await goesThrough(store, created, undefined);
  same(
    (await store.load(kept))?.record,
    isUpdated ? updated : small,
    `load after an update of ${bytes} bytes`,
  );
  same((await store.load(fresh))?.record, isCreated ? created : undefined, `load of ${bytes} new bytes`);
  check(isUpdated === isCreated, `of one body of ${bytes} bytes a create and an update went differently`);
  await soon(async () => {
    const due = (await store.due(10, 1_000)).filter((id) => id === kept || id === fresh);
    same(due, isUpdated ? [kept, fresh] : [], `due after a body of ${bytes} bytes`);
  });
  if (!isUpdated) await store.save(sample(kept, { revision: 2 }), revision);
  return isUpdated;
}

async function goesThrough(
  store: ProcessStore,
  record: ProcessRecord,
  expected: Revision | undefined,
): Promise<boolean> {
  try {
    await store.save(record, expected);
    return true;
  } catch (error) {
    if (!isXorcaError(error, 'XORCA_STATE_TOO_LARGE')) throw error;
    // The same body will never fit: who believed it could would try thirty times.
    check(!error.retryable, 'XORCA_STATE_TOO_LARGE must not be retryable');
    return false;
  }
}

const LETTERS = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');

// Without a pattern, so that a store that compresses does not make it small. The same on every run.
function ascii(bytes: number): string {
  let seed = 1;
  const letters = Uint8Array.from({ length: bytes }, () => {
    // The generator of Park and Miller: its products stay below 2^53.
    seed = (seed * 48_271) % 2_147_483_647;
    return LETTERS[seed % 64] ?? 0;
  });
  return new TextDecoder().decode(letters);
}

// Three bytes each in UTF-8, one unit each in UTF-16: who counts units takes three times too much.
function wide(bytes: number): string {
  return '日'.repeat(Math.floor(bytes / 3)) + 'x'.repeat(bytes % 3);
}
