import type { ProcessRecord, ProcessStore, Revision, StoredProcess } from '@xorca/core';
import { XorcaError } from '@xorca/core';
import { assertProcessId, checkedQuery, conflict, summaryOf } from '@xorca/core/backend';
import { expect, it, vi } from 'vitest';
import type { StoreOutages, StoreUnderTest } from './store-case.ts';
import { storeContract } from './store-contract.ts';

// Waits for what is late are short here, since nothing will come. Before the contract is loaded, which keeps the timer it finds.
vi.hoisted(() => {
  const real = setTimeout;
  vi.stubGlobal('setTimeout', (run: () => void, ms: number) => real(run, Math.min(ms, 1)));
});

// What only shows when the world around a store moves: its service, its limit, its clock. One thing is broken at a time.
type Fault =
  | 'answersSaved'
  | 'breaksForGood'
  | 'countsUnits'
  | 'cutsBodies'
  | 'dropsIndexLate'
  | 'idempotent'
  | 'indexesLosers'
  | 'indexesRefused'
  | 'indexesLater'
  | 'inventsConflicts'
  | 'keepsNoRevision'
  | 'largeIsConfig'
  | 'limitIsLower'
  | 'noLimit'
  | 'notRetryable'
  | 'oneSlot'
  | 'retryableLarge'
  | 'sweepsYoung'
  | 'tellsRawErrors'
  | 'tellsRawReads'
  | 'textAsRevision'
  | 'writesBeforeItFails';

const LIMIT = 60_000;
const GRACE_MS = 20 * 60_000;

function brokenStore(fault?: Fault): StoreUnderTest {
  const has = (one: Fault) => fault === one;
  const stored = new Map<string, StoredProcess>();
  const index = new Map<string, { id: string; wakeAt: number; writtenAt: number }>();
  let [now, writes] = [0, 0];
  let trouble: 'none' | 'refuses' | 'lostReply' = 'none';
  let isBroken = false;
  let slot: ProcessRecord | undefined;

  // One call of the service behind the store.
  async function call<T>(work: () => T, isRead = false): Promise<T> {
    if (trouble === 'refuses' && has('writesBeforeItFails') && !isRead) work();
    if (trouble === 'refuses' && has('breaksForGood')) isBroken = true;
    if (trouble === 'refuses' && has('answersSaved') && !isRead) return 0 as T;
    if (trouble !== 'refuses' && !isBroken) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      const result = work();
      if (trouble === 'none') return result;
    }
    if (trouble === 'lostReply' && has('inventsConflicts')) throw new Error('stream closed');
    if (has('tellsRawErrors') || (has('tellsRawReads') && isRead)) throw new Error('socket hang up');
    throw new XorcaError('XORCA_UNAVAILABLE', 'down', { retryable: !has('notRetryable') });
  }

  const enter = ({ id, wakeAt }: ProcessRecord, key: string) => {
    if (wakeAt !== null) index.set(key, { id, wakeAt, writtenAt: now });
  };
  const leave = (id: string, but?: string) => {
    for (const [key, entry] of index) if (entry.id === id && key !== but) index.delete(key);
  };
  const isCurrent = (key: string, id: string) => stored.get(id)?.revision === key;

  function checkSize({ id, body }: ProcessRecord): void {
    const size = has('countsUnits') ? 3 * body.length : Buffer.byteLength(body);
    if (has('noLimit') || size <= (has('limitIsLower') ? LIMIT - 1 : LIMIT)) return;
    if (has('indexesRefused')) enter({ ...sampleOf(id), wakeAt: 5 }, 'refused');
    throw new XorcaError(has('largeIsConfig') ? 'XORCA_CONFIG' : 'XORCA_STATE_TOO_LARGE', 'large', {
      retryable: has('retryableLarge'),
    });
  }

  const sampleOf = (id: string) => stored.get(id)?.record ?? ({ id } as ProcessRecord);

  function write(record: ProcessRecord, expected: Revision | undefined, key: string): Revision {
    const { id } = record;
    const found = stored.get(id);
    const again = has('idempotent') && JSON.stringify(found?.record) === JSON.stringify(record);
    if (again) return key;
    if (found?.revision !== expected) {
      if (has('indexesLosers')) enter(record, `loser ${key}`);
      throw conflict(id, expected);
    }
    const body = has('cutsBodies') ? record.body.slice(0, 50_000) : record.body;
    const copy = Object.freeze({ ...record, body, states: Object.freeze([...record.states]) });
    stored.set(id, { record: copy, revision: key });
    return key;
  }

  const store: ProcessStore = {
    async load(id) {
      assertProcessId(id);
      const found = await call(() => stored.get(id), true);
      return found && has('keepsNoRevision') ? { ...found, revision: 'latest' } : found;
    },
    async save(record, expected) {
      assertProcessId(record.id);
      checkSize(record);
      slot = record;
      const key = has('textAsRevision') ? JSON.stringify(record) : `${++writes}`;
      if (has('sweepsYoung')) await call(() => enter(record, key));
      const wrote = await call(() => {
        const revision = write(has('oneSlot') && slot ? slot : record, expected, key);
        if (has('indexesLater')) return revision;
        leave(record.id, key);
        if (!has('sweepsYoung')) enter(record, key);
        return revision;
      });
      if (has('indexesLater')) {
        await call(() => {
          leave(record.id, key);
          enter(record, key);
        });
      }
      return wrote;
    },
    async due(until, limit) {
      return call(() => {
        const due = [...index].filter(([key, { id, wakeAt, writtenAt }]) => {
          if (wakeAt > until) return false;
          const isKept =
            isCurrent(key, id) || has('indexesLosers') || has('indexesRefused') || has('dropsIndexLate');
          if (!isKept && (has('sweepsYoung') || writtenAt + GRACE_MS < now)) index.delete(key);
          return isKept;
        });
        due.sort(([, a], [, b]) => a.wakeAt - b.wakeAt);
        return due.slice(0, limit).map(([, { id }]) => id);
      }, true);
    },
    async list(query) {
      checkedQuery(query);
      const items = await call(() => [...stored.values()].map(({ record }) => summaryOf(record)), true);
      return { items };
    },
    async delete(id) {
      assertProcessId(id);
      await call(() => {
        stored.delete(id);
        if (!has('dropsIndexLate')) leave(id);
      });
      if (has('dropsIndexLate')) await call(() => leave(id));
    },
  };

  const during =
    (kind: typeof trouble): NonNullable<StoreOutages['away']> =>
    async (work) => {
      trouble = kind;
      await work().finally(() => {
        trouble = 'none';
      });
    };
  return {
    store,
    maxBodyBytes: LIMIT,
    advance(ms) {
      now += ms;
    },
    outages: { away: during('refuses'), throttled: during('refuses'), lostReply: during('lostReply') },
  };
}

// Each fault, and the cases that must find it.
const FOUND_BY: Readonly<Record<Fault, readonly RegExp[]>> = {
  answersSaved: [/take the service away/, /throttle/],
  breaksForGood: [/take the service away/, /throttle/],
  countsUnits: [/one-byte letters and in others/],
  cutsBodies: [/up to it goes through/],
  dropsIndexLate: [/a delete that races/],
  idempotent: [/answer was lost/],
  indexesLater: [/lose replies/],
  indexesLosers: [/16 updates over one revision/],
  indexesRefused: [/1 or 4 MB/, /twice its size/],
  inventsConflicts: [/lose replies/],
  keepsNoRevision: [/equal record/, /goes on from there/],
  largeIsConfig: [/1 or 4 MB/, /twice its size/],
  limitIsLower: [/up to it goes through/],
  noLimit: [/twice its size/],
  notRetryable: [/take the service away/, /throttle/, /lose replies/],
  oneSlot: [/each their own record/],
  retryableLarge: [/1 or 4 MB/, /twice its size/],
  sweepsYoung: [/everything to sweep/],
  tellsRawErrors: [/take the service away/, /throttle/, /lose replies/],
  tellsRawReads: [/take the service away/, /throttle/],
  textAsRevision: [/equal record/],
  writesBeforeItFails: [/take the service away/, /throttle/],
};

for (const [fault, finders] of Object.entries(FOUND_BY)) {
  it(`the contract finds a store that has the fault ${fault}`, async () => {
    for (const finder of finders) {
      const cases = storeContract.filter(({ name }) => finder.test(name));
      expect(cases.length, String(finder)).toBeGreaterThan(0);
      for (const { name, run } of cases) {
        const outcome = await run(() => brokenStore(fault as Fault)).catch((error: unknown) => error);
        expect(outcome, name).toBeInstanceOf(Error);
        expect((outcome as Error).name, `${name}: ${outcome}`).not.toBe('TypeError');
      }
    }
  });
}

it('the contract finds nothing in the same store without a fault', async () => {
  for (const { name, run } of storeContract) {
    if (/comes back as it was saved|list|hostile/.test(name)) continue;
    await expect(run(() => brokenStore()).then(() => name)).resolves.toBe(name);
  }
});
