import type { Journal, JournalEntry, JournalOptions } from '@xorca/core';
import { memoryJournal, XorcaError } from '@xorca/core';
import { assertProcessId } from '@xorca/core/backend';
import { expect, it, vi } from 'vitest';
import { NOW } from './journal-case.ts';
import { journalContract } from './journal-contract.ts';

// Waits for what is late are short here, since nothing will come. Before the contract is loaded, which keeps the timer it finds.
vi.hoisted(() => {
  const real = setTimeout;
  vi.stubGlobal('setTimeout', (run: () => void, ms: number) => real(run, Math.min(ms, 1)));
});

type Fault =
  | 'ageAlike'
  | 'ageExclusive'
  | 'agePerEntry'
  | 'anyId'
  | 'appendsAgain'
  | 'countsTooFew'
  | 'cutIds'
  | 'cutSteps'
  | 'failsOnGaps'
  | 'foldIds'
  | 'forgetsError'
  | 'fromExclusive'
  | 'ignoresAge'
  | 'ignoresCount'
  | 'ignoresFrom'
  | 'inventsProcesses'
  | 'keepsIds'
  | 'lastWins'
  | 'losesRaces'
  | 'namesTwice'
  | 'onePage'
  | 'pageOfPrune'
  | 'prunesAlways'
  | 'shares'
  | 'sharesReads'
  | 'splitsSaves'
  | 'stopsWhenRead'
  | 'textOrder'
  | 'trims'
  | 'unsorted'
  | 'unsortedSteps'
  | 'wrongAnswer';

// A journal as simple as can be, to break one thing at a time.
function plainJournal(
  faults: Partial<Record<Fault, true>>,
  { retention = {} }: JournalOptions = {},
): Journal {
  const ageMs = { '1d': 86_400_000, '1h': 3_600_000 }[String(retention.age)] ?? Number(retention.age);
  const history = new Map<string, JournalEntry[]>();
  let reading = 0;
  const known = new Set<string>();
  const keyOf = (id: string) => {
    if (!faults.anyId) assertProcessId(id);
    return faults.cutIds ? id.slice(0, 255) : faults.foldIds ? id.toLowerCase() : id;
  };
  const byStep = (a: JournalEntry, b: JournalEntry) =>
    faults.textOrder
      ? `${a.revision}.${a.step}` < `${b.revision}.${b.step}`
        ? -1
        : 1
      : a.revision - b.revision || (faults.unsortedSteps ? b.step - a.step : a.step - b.step);
  const copyOf = (entry: JournalEntry): JournalEntry => {
    if (faults.shares) return entry;
    const { error, ...rest } = JSON.parse(JSON.stringify(entry)) as JournalEntry;
    const context = rest.after.context;
    const after = faults.trims && typeof context === 'string' ? context.trim() : context;
    return {
      ...rest,
      after: { ...rest.after, context: after },
      ...(error && !faults.forgetsError ? { error } : {}),
    };
  };
  const sameSave = (entry: JournalEntry) => (other: JournalEntry) =>
    faults.splitsSaves ? other === entry : other.revision === entry.revision;

  return {
    async append(id, entries) {
      const key = keyOf(id);
      if (faults.stopsWhenRead && reading > 0) throw new XorcaError('XORCA_UNAVAILABLE', 'locked');
      const before = history.get(key) ?? [];
      if (faults.losesRaces) await new Promise((resolve) => setTimeout(resolve, 0));
      const steps = faults.losesRaces ? [...before] : before;
      for (const entry of faults.cutSteps ? entries.slice(0, 1) : entries) {
        const place = steps.findIndex(
          ({ revision, step }) => revision === entry.revision && step === entry.step,
        );
        if (place < 0 || faults.appendsAgain) steps.push(copyOf(entry));
        else if (faults.lastWins) steps[place] = copyOf(entry);
      }
      known.add(id);
      if (entries.length > 0 || faults.inventsProcesses) history.set(key, steps);
    },
    async *read(id, from = 0) {
      const steps = [...(history.get(keyOf(id)) ?? [])];
      if (!faults.unsorted) steps.sort(byStep);
      if (
        faults.failsOnGaps &&
        steps.some(({ revision }, n) => n > 0 && revision > (steps[n - 1]?.revision ?? 0) + 1)
      ) {
        throw new XorcaError('XORCA_CORRUPT_RECORD', 'a gap');
      }
      reading++;
      for (const entry of faults.onePage ? steps.slice(0, 100) : steps) {
        const wanted = faults.fromExclusive && from > 0 ? entry.revision > from : entry.revision >= from;
        if (wanted || faults.ignoresFrom) yield faults.sharesReads ? entry : copyOf(entry);
      }
      reading--;
    },
    async *processes() {
      for (const key of faults.keepsIds ? known : history.keys()) {
        for (const _ of faults.namesTwice ? (history.get(key) ?? []) : [0]) yield key;
      }
    },
    async prune(now) {
      let dropped = 0;
      for (const [key, steps] of history) {
        steps.sort(byStep);
        const count = (retention.count ?? Number.POSITIVE_INFINITY) - (faults.countsTooFew ? 1 : 0);
        const edge = steps.at(-Math.min(count, steps.length)) ?? steps[0];
        const isOld = ({ at }: JournalEntry) =>
          faults.ageExclusive ? at <= now - ageMs : faults.ageAlike ? at < NOW : at < now - ageMs;
        const group = (entry: JournalEntry) => (faults.agePerEntry ? [entry] : steps.filter(sameSave(entry)));
        const expired = (entry: JournalEntry) =>
          (faults.prunesAlways && entry.at === 0) ||
          (!faults.ignoresAge && retention.age !== undefined && group(entry).every(isOld)) ||
          (!faults.ignoresCount &&
            steps.length > count &&
            edge !== undefined &&
            (faults.splitsSaves
              ? steps.indexOf(entry) < steps.indexOf(edge)
              : entry.revision < edge.revision));
        const kept = steps.filter((entry) => !expired(entry));
        if (faults.pageOfPrune && dropped >= 100) continue;
        dropped += steps.length - kept.length;
        if (kept.length > 0) history.set(key, kept);
        else history.delete(key);
      }
      return faults.wrongAnswer ? dropped + 1 : dropped;
    },
  };
}

// Each fault, and the cases that must find it (others may as well).
const FOUND_BY: Readonly<Record<Fault, readonly RegExp[]>> = {
  ageAlike: [/long history of many/],
  ageExclusive: [/an age drops/],
  agePerEntry: [/an age drops/],
  anyId: [/ill-formed/],
  appendsAgain: [/append a save again/],
  countsTooFew: [/a count keeps/],
  cutIds: [/hostile/],
  cutSteps: [/comes back as it was/, /order of revision and step/],
  failsOnGaps: [/with gaps/],
  foldIds: [/hostile/],
  forgetsError: [/comes back as it was/],
  fromExclusive: [/from a revision on/],
  ignoresAge: [/an age drops/, /tighter one/, /long history of many/],
  ignoresCount: [/a count keeps/, /tighter one/],
  ignoresFrom: [/from a revision on/],
  inventsProcesses: [/unknown process/],
  keepsIds: [/an age drops/],
  lastWins: [/append a save again/],
  losesRaces: [/16 writers/],
  namesTwice: [/named once/],
  onePage: [/read whole/],
  pageOfPrune: [/long history of many/],
  prunesAlways: [/without a retention/],
  shares: [/changes nothing in the journal/],
  sharesReads: [/changes nothing in the journal/],
  splitsSaves: [/stay or go together/],
  stopsWhenRead: [/may stop early/],
  textOrder: [/order of revision and step/],
  trims: [/comes back as it was/],
  unsorted: [/order of revision and step/, /with gaps/],
  unsortedSteps: [/order of revision and step/, /read whole/],
  wrongAnswer: [/without a retention/, /a count keeps/],
};

for (const [fault, finders] of Object.entries(FOUND_BY)) {
  it(`the contract finds a journal that has the fault ${fault}`, async () => {
    for (const finder of finders) {
      const cases = journalContract.filter(({ name }) => finder.test(name));
      expect(cases.length, String(finder)).toBeGreaterThan(0);
      for (const { name, run } of cases) {
        const outcome = await run((options) => plainJournal({ [fault]: true }, options)).catch(
          (error: unknown) => error,
        );
        expect(outcome, name).toBeInstanceOf(Error);
      }
    }
  });
}

it('the contract finds nothing in the same journal without a fault, and every case finds some fault', async () => {
  const finders = Object.values(FOUND_BY).flat();
  for (const { name, run } of journalContract) {
    await run((options) => plainJournal({}, options));
    await run(memoryJournal);
    expect(
      finders.some((finder) => finder.test(name)),
      name,
    ).toBe(true);
  }
});

it('a journal that cannot prune passes what is about retention with nothing to show', async () => {
  for (const { run } of journalContract) {
    await run((options) => {
      const { append, read, processes } = plainJournal({}, options);
      return { append, read, processes };
    });
  }
});
