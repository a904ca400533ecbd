import type { ListQuery, ProcessRecord, ProcessStore, StoredProcess } from '@xorca/core';
import { memoryStore } from '@xorca/core';
import { checkedQuery, conflict } from '@xorca/core/backend';
import { expect, it, vi } from 'vitest';
import { storeContract } from './store-contract.ts';

// Waits for what is late are short here, since nothing will come. Before the contract is loaded, which keeps the timer it finds.
vi.hoisted(() => {
  const real = setTimeout;
  vi.stubGlobal('setTimeout', (run: () => void, ms: number) => real(run, Math.min(ms, 1)));
});

// A store as simple as can be, to break one thing at a time.
function plainStore(faults: Partial<Record<Fault, true>>): ProcessStore {
  const keyOf = (id: string) => {
    if (faults.allIds) return id;
    if (id === '' || !id.isWellFormed() || id.length > 8_192)
      throw Object.assign(new Error(), { code: 'XORCA_INVALID_ID' });
    return faults.cutIds ? id.slice(0, 255) : faults.foldIds ? id.toLowerCase() : id;
  };
  const stored = new Map<string, StoredProcess>();
  const hidden = new Set<string>();
  let writes = 0;
  const isIn = ({ states }: ProcessRecord, state: string) =>
    faults.searchesStates
      ? states.some((each) => each.includes(state))
      : faults.foldsStates
        ? states.some((each) => each.toLowerCase() === state.toLowerCase())
        : faults.onlyLastState
          ? states.at(-1) === state
          : states.includes(state);
  const falseIsAll = ({ stuck }: ListQuery) => faults.falseIsAll && !stuck;
  const all = () => [...stored.values()].map(({ record }) => record);
  return {
    async load(id) {
      const found = stored.get(keyOf(id));
      if (found && faults.inventsRevisions) return { ...found, revision: -1 };
      if (found && faults.trims)
        return { ...found, record: { ...found.record, body: found.record.body.trim() } };
      if (found && faults.forgetsStates) return { ...found, record: { ...found.record, states: [] } };
      if (found && faults.forgetsStuck) return { ...found, record: { ...found.record, stuck: false } };
      return found ?? (faults.inventsRecords ? { record: { id } as ProcessRecord, revision: 0 } : undefined);
    },
    async save(record, expected) {
      const key = keyOf(record.id);
      const found = stored.get(key);
      if (faults.indexesFirst && !found) hidden.add(record.id);
      if (faults.slow) await new Promise((resolve) => setTimeout(resolve, 0));
      if (faults.hides) {
        hidden.add(record.id);
        setTimeout(() => hidden.delete(record.id), 3);
      }
      const actual = found?.revision;
      const fits =
        expected === undefined
          ? faults.createsAlways || !found
          : faults.updatesAlways || (faults.upserts && !found) || actual === expected;
      if (!fits) {
        if (faults.writesOnConflict) stored.set(key, { record, revision: actual ?? 0 });
        throw conflict(record.id, expected);
      }
      const revision = faults.bodyAsRevision
        ? record.body + record.revision
        : faults.recordRevision
          ? record.revision
          : ++writes;
      const states = faults.sharesStates ? record.states : Object.freeze([...record.states]);
      const copy = Object.freeze({ ...record, states });
      stored.set(key, { record: faults.shares ? record : copy, revision });
      if (faults.staleStates && found)
        stored.set(key, { record: { ...record, states: found.record.states }, revision });
      if (faults.staleWake && found)
        stored.set(key, { record: { ...record, wakeAt: found.record.wakeAt }, revision });
      return revision;
    },
    async due(now, limit) {
      const due = all().filter(
        ({ id, wakeAt }) => wakeAt !== null && (faults.dueFuture || wakeAt <= now) && !hidden.has(id),
      );
      const order = faults.dueUnordered
        ? () => 0
        : (a: ProcessRecord, b: ProcessRecord) => (a.wakeAt ?? 0) - (b.wakeAt ?? 0);
      return due
        .sort(order)
        .slice(0, faults.dueUnlimited ? 1e9 : limit)
        .map(({ id }) => id);
    },
    async list(query) {
      const limit = query.limit ?? 50;
      if (!faults.anyLimit) checkedQuery({ limit });
      if (!faults.anyFilter) checkedQuery({ ...query, limit: 1 });
      const start = Number(query.cursor ?? 0);
      const fits = all().filter(
        (record) =>
          (query.orchestrator ?? record.orchestrator) === record.orchestrator &&
          (faults.ignoresVersion || (query.version ?? record.version) === record.version) &&
          (faults.ignoresStatus || (query.status ?? record.status) === record.status) &&
          (faults.ignoresState || query.state === undefined || isIn(record, query.state)) &&
          (faults.ignoresStuck || (query.stuck ?? record.stuck) === record.stuck || falseIsAll(query)) &&
          (faults.ignoresUpdatedBefore ||
            record.updatedAt < (query.updatedBefore ?? Number.POSITIVE_INFINITY) ||
            (faults.includesUpdatedBefore && record.updatedAt === query.updatedBefore)),
      );
      const items = fits
        .slice(start, faults.endlessPage ? 1e9 : start + limit)
        .map(({ body: _, ...summary }) => summary);
      const next = start + limit + (faults.skips ? 1 : 0);
      return { items, ...(next < fits.length ? { next: String(next) } : {}) };
    },
    async delete(id) {
      const key = keyOf(id);
      if (faults.deleteFails && !stored.has(key)) throw new Error('there is none');
      if (!faults.keeps) stored.delete(key);
    },
  };
}

type Fault =
  | 'allIds'
  | 'anyFilter'
  | 'anyLimit'
  | 'bodyAsRevision'
  | 'createsAlways'
  | 'cutIds'
  | 'deleteFails'
  | 'dueFuture'
  | 'dueUnlimited'
  | 'dueUnordered'
  | 'endlessPage'
  | 'falseIsAll'
  | 'foldIds'
  | 'foldsStates'
  | 'forgetsStates'
  | 'forgetsStuck'
  | 'hides'
  | 'ignoresState'
  | 'ignoresStatus'
  | 'ignoresStuck'
  | 'ignoresUpdatedBefore'
  | 'ignoresVersion'
  | 'includesUpdatedBefore'
  | 'indexesFirst'
  | 'inventsRecords'
  | 'inventsRevisions'
  | 'keeps'
  | 'onlyLastState'
  | 'recordRevision'
  | 'searchesStates'
  | 'shares'
  | 'sharesStates'
  | 'skips'
  | 'slow'
  | 'staleStates'
  | 'staleWake'
  | 'trims'
  | 'updatesAlways'
  | 'upserts'
  | 'writesOnConflict';

// Each fault, and the cases that must find it (others may as well).
const FOUND_BY: Readonly<Record<Exclude<Fault, 'slow'>, readonly RegExp[]>> = {
  allIds: [/ill-formed/],
  anyFilter: [/refuses a filter/],
  anyLimit: [/refuses a limit/],
  bodyAsRevision: [/delete and recreate/],
  createsAlways: [/second create/, /16 creators/],
  cutIds: [/hostile/],
  deleteFails: [/unknown one is no error/],
  dueFuture: [/still to come/],
  dueUnlimited: [/at most as many/],
  dueUnordered: [/earliest first/, /newest wakeAt/],
  endlessPage: [/pages through/, /at most 50/],
  falseIsAll: [/each filter/, /by stuck/],
  foldIds: [/hostile/],
  foldsStates: [/whole key/],
  forgetsStates: [/comes back as it was saved/],
  forgetsStuck: [/comes back as it was saved/],
  hides: [/^due misses nothing while/],
  ignoresState: [/each filter/, /whole key/, /states of the last save/],
  ignoresStatus: [/saved last/, /each filter/],
  ignoresStuck: [/each filter/, /by stuck/],
  ignoresUpdatedBefore: [/each filter/, /by updatedBefore/],
  ignoresVersion: [/each filter/],
  includesUpdatedBefore: [/each filter/, /by updatedBefore/],
  indexesFirst: [/newest wakeAt/],
  inventsRecords: [/unknown id/],
  inventsRevisions: [/it was loaded with/],
  keeps: [/deleted record is gone/],
  onlyLastState: [/each filter/, /whole key/],
  recordRevision: [/older revision/, /delete and recreate/],
  searchesStates: [/whole key/],
  shares: [/changes nothing in the store/],
  sharesStates: [/changes nothing in the store/],
  skips: [/exactly once/],
  staleStates: [/states of the last save/],
  staleWake: [/wakeAt was cleared/, /newest wakeAt/],
  trims: [/comes back as it was saved/],
  updatesAlways: [/stale save/, /16 writers/, /16 updates/, /answer was lost/],
  upserts: [/update of a record that is not there/],
  writesOnConflict: [/second create/, /stale save/],
};

for (const [fault, finders] of Object.entries(FOUND_BY)) {
  it(`the contract finds a store that has the fault ${fault}`, async () => {
    for (const finder of finders) {
      const cases = storeContract.filter(({ name }) => finder.test(name));
      expect(cases.length, String(finder)).toBeGreaterThan(0);
      for (const { name, run } of cases) {
        const outcome = await run(() => plainStore({ [fault]: true, slow: true })).catch(
          (error: unknown) => error,
        );
        expect(outcome, name).toBeInstanceOf(Error);
      }
    }
  });
}

it('the contract finds nothing in the same store without a fault, and every case finds some fault', async () => {
  for (const { name, run } of storeContract) {
    await run(() => plainStore({}));
    await run(memoryStore);
    // Those are shown to find something in store-world.test.ts.
    if (/^where the maker|1 or 4 MB/.test(name)) continue;
    const finders = Object.values(FOUND_BY).flat();
    const found = finders.some((finder) => finder.test(name)) || (await findsSome(run));
    expect(found, name).toBe(true);
  }
});

async function findsSome(run: (typeof storeContract)[number]['run']): Promise<boolean> {
  for (const fault of Object.keys(FOUND_BY)) {
    const failed = await run(() => plainStore({ [fault]: true, slow: true })).then(
      () => false,
      () => true,
    );
    if (failed) return true;
  }
  return false;
}

it('a case that shows nothing tells what it would need', async () => {
  const needs = await Promise.all(storeContract.map(({ show }) => show(memoryStore)));
  expect(needs.filter((one) => one !== undefined).sort()).toEqual([
    'maxBodyBytes',
    'maxBodyBytes',
    'outages.away',
    'outages.lostReply',
    'outages.throttled',
  ]);
});
