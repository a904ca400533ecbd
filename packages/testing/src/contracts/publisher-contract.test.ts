import { type CloudEvent, type FailedPublish, memoryPublisher, PublishError } from '@xorca/core';
import { expect, it, vi } from 'vitest';
import type { PublisherUnderTest, RefuseEvents } from './publisher-case.ts';
import { publisherContract } from './publisher-contract.ts';

// Waits for what is late are short here, since nothing will come. Before the contract is loaded, which keeps the timer it finds.
vi.hoisted(() => {
  const real = setTimeout;
  vi.stubGlobal('setTimeout', (run: () => void, ms: number) => real(run, Math.min(ms, 1)));
});

type Fault =
  | 'answersAll'
  | 'answersNothing'
  | 'changesEvents'
  | 'choosesOwnWords'
  | 'countsUnits'
  | 'cutsSubjects'
  | 'doublesAll'
  | 'dropsNulls'
  | 'emptyIsAnError'
  | 'firstRequestOnly'
  | 'foldsSubjects'
  | 'forgetsAbsent'
  | 'largeSpoilsAll'
  | 'limitIsLower'
  | 'loses'
  | 'misnames'
  | 'namesNobody'
  | 'noLimit'
  | 'noReason'
  | 'oneBuffer'
  | 'overLargeIsRetryable'
  | 'poisonSpreads'
  | 'refusesTwice'
  | 'refusesRepeats'
  | 'requestTooLarge'
  | 'retryablesAreGone'
  | 'reverses'
  | 'sendsSome'
  | 'stringsOnly'
  | 'strangersAreNamed'
  | 'stuckAfterOutage'
  | 'trims';

const MAX_EVENT_BYTES = 150_000;
const MAX_REQUEST_BYTES = 256_000;

// A bus that takes requests of ten, and the publisher before it, to break one thing at a time.
function brokenPublisher(fault?: Fault): PublisherUnderTest {
  const has = (one: Fault) => fault === one;
  const arrived: string[] = [];
  const known = new Set<string>();
  const refused = new Map<string, boolean>();
  let isAway = false;
  let isStuck = false;
  let buffer: readonly CloudEvent[] = [];

  async function request(batch: readonly CloudEvent[]): Promise<FailedPublish[]> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (isAway && has('sendsSome')) arrived.push(JSON.stringify(batch[0]));
    if (isAway || isStuck) {
      if (has('stuckAfterOutage')) isStuck = true;
      if (has('choosesOwnWords')) throw new Error('socket hang up');
      return batch.map(({ id }) => ({ id, reason: 'away', retryable: !has('retryablesAreGone') }));
    }
    const poison = batch.find(({ id }) => refused.has(id));
    if (poison && has('poisonSpreads')) {
      const retryable = refused.get(poison.id) ?? true;
      return batch.map(({ id }) => ({ id, reason: 'in one request with it', retryable }));
    }
    const failed: FailedPublish[] = [];
    for (const one of has('reverses') ? [...batch].reverse() : batch) {
      const { id } = one;
      const retryable = refused.get(id);
      if (retryable !== undefined) {
        failed.push({
          id,
          reason: has('noReason') ? '' : 'refused',
          retryable: has('retryablesAreGone') ? false : has('refusesTwice') ? true : retryable,
        });
      } else arrived.push(textOf(one));
      if (has('doublesAll') && retryable === undefined) arrived.push(textOf(one));
    }
    return failed;
  }

  function textOf(one: CloudEvent): string {
    const { data, ...attributes } = one;
    if (has('forgetsAbsent') && data === undefined) return JSON.stringify({ ...one, data: {} });
    if (has('dropsNulls') && data === null) return JSON.stringify(attributes);
    if (has('trims') && typeof data === 'string') return JSON.stringify({ ...one, data: data.trim() });
    if (has('stringsOnly')) return JSON.stringify(one).replace('"yes":true', '"yes":"true"');
    return JSON.stringify(one);
  }

  const sizeOf = (one: CloudEvent) =>
    has('countsUnits') ? JSON.stringify(one).length : Buffer.byteLength(JSON.stringify(one));
  const limit = has('limitIsLower') ? MAX_EVENT_BYTES - 1 : MAX_EVENT_BYTES;
  const isLarge = (one: CloudEvent) => sizeOf(one) > limit;

  function requestsOf(all: readonly CloudEvent[]): CloudEvent[][] {
    const requests: CloudEvent[][] = [];
    let bytes = 0;
    for (const one of all) {
      const last = requests.at(-1);
      bytes += sizeOf(one);
      if (last && last.length < 10 && bytes <= MAX_REQUEST_BYTES) last.push(one);
      else {
        requests.push([one]);
        bytes = sizeOf(one);
      }
    }
    return has('firstRequestOnly') ? requests.slice(0, 1) : requests;
  }

  async function publish(events: readonly CloudEvent[]): Promise<void> {
    if (events.length === 0 && has('emptyIsAnError')) throw new Error('EmptyBatchRequest');
    if (has('changesEvents')) for (const one of events) Object.assign(one, { sent: 'yes' });
    const total = events.reduce((sum, one) => sum + sizeOf(one), 0);
    if (has('requestTooLarge') && events.length > 1 && total > 2_000_000) throw new Error('413');
    if (has('oneBuffer')) {
      buffer = events;
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    if (has('refusesRepeats') && events.some(({ id }) => known.size === known.add(id).size)) {
      throw new Error('ids of a request must be distinct');
    }
    const all = has('oneBuffer') ? buffer : has('loses') ? events.slice(0, 40) : events;
    const large = has('noLimit') ? [] : all.filter(isLarge);
    const failed: FailedPublish[] = large.map(({ id }) => ({
      id,
      reason: 'too large',
      retryable: has('overLargeIsRetryable'),
    }));
    if (large.length > 0 && has('largeSpoilsAll')) throw new PublishError(failed);
    for (const batch of requestsOf(all.filter((one) => !large.includes(one)))) {
      failed.push(
        ...(await request(
          batch.map((one) => (has('foldsSubjects') || has('cutsSubjects') ? moved(one) : one)),
        )),
      );
    }
    if (failed.length === 0 || has('answersNothing')) return;
    if (has('namesNobody')) throw new PublishError([]);
    if (has('misnames')) throw new PublishError(failed.slice(1));
    if (has('answersAll'))
      throw new PublishError(events.map(({ id }) => ({ id, reason: 'x', retryable: true })));
    if (has('strangersAreNamed'))
      throw new PublishError([...failed, { ...(failed[0] as FailedPublish), id: '0' }]);
    throw new PublishError(failed);
  }

  const moved = (one: CloudEvent): CloudEvent => {
    const { subject = '' } = one;
    return { ...one, subject: has('cutsSubjects') ? subject.slice(0, 128) : subject.toLowerCase() };
  };

  const refusing =
    (retryable: boolean): RefuseEvents =>
    async (ids, work) => {
      for (const id of ids) refused.set(id, retryable);
      await work().finally(() => refused.clear());
    };
  return {
    publisher: { publish, maxEventBytes: MAX_EVENT_BYTES },
    received: () => arrived.map((text) => JSON.parse(text) as CloudEvent),
    refuses: { forNow: refusing(true), forGood: refusing(false) },
    async outage(work) {
      isAway = true;
      await work().finally(() => {
        isAway = false;
      });
    },
  };
}

// Each fault, and the cases that must find it.
const FOUND_BY: Readonly<Record<Fault, readonly RegExp[]>> = {
  answersAll: [/over it is refused/, /events for now/, /events for good/],
  answersNothing: [/over it is refused/, /events for now/, /events for good/, /bus away/],
  changesEvents: [/as it was/],
  choosesOwnWords: [/bus away/],
  countsUnits: [/over it is refused/],
  cutsSubjects: [/hostile subjects/],
  doublesAll: [/twice by rule/],
  dropsNulls: [/as it was/],
  emptyIsAnError: [/no events/],
  firstRequestOnly: [/more events than one request/, /larger than a request/],
  foldsSubjects: [/hostile subjects/],
  forgetsAbsent: [/as it was/],
  largeSpoilsAll: [/over it is refused/],
  limitIsLower: [/exactly maxEventBytes/],
  loses: [/more events than one request/],
  misnames: [/over it is refused/, /events for now/, /events for good/, /bus away/],
  namesNobody: [/over it is refused/, /events for now/, /events for good/, /bus away/],
  noLimit: [/over it is refused/],
  noReason: [/events for now/, /events for good/],
  oneBuffer: [/same time/],
  overLargeIsRetryable: [/over it is refused/],
  poisonSpreads: [/events for good/],
  refusesTwice: [/events for good/],
  refusesRepeats: [/again, in a later call/],
  requestTooLarge: [/larger than a request/],
  retryablesAreGone: [/events for now/, /bus away/],
  reverses: [/order given/, /in order, and none/],
  sendsSome: [/bus away/],
  stringsOnly: [/as it was/],
  strangersAreNamed: [/over it is refused/, /events for now/, /events for good/, /bus away/],
  stuckAfterOutage: [/bus away/],
  trims: [/as it was/],
};

for (const [fault, finders] of Object.entries(FOUND_BY)) {
  it(`the contract finds a publisher that has the fault ${fault}`, async () => {
    for (const finder of finders) {
      const cases = publisherContract.filter(({ name }) => finder.test(name));
      expect(cases.length, String(finder)).toBeGreaterThan(0);
      for (const { name, run } of cases) {
        const outcome = await run(() => brokenPublisher(fault as Fault)).catch((error: unknown) => error);
        expect(outcome, name).toBeInstanceOf(Error);
      }
    }
  });
}

it('the contract finds nothing in the same publisher without a fault, and every case finds some fault', async () => {
  for (const { name, run } of publisherContract) {
    await expect(run(() => brokenPublisher()).then(() => name)).resolves.toBe(name);
    expect(
      Object.values(FOUND_BY)
        .flat()
        .some((finder) => finder.test(name)),
      name,
    ).toBe(true);
  }
});

it('a bus that keeps no order passes where its maker says so, and only there', async () => {
  for (const { name, run } of publisherContract) {
    await expect(
      run(() => ({ ...brokenPublisher('reverses'), order: 'none' })).then(() => name),
    ).resolves.toBe(name);
  }
});

for (const { name, run } of publisherContract) {
  it(`memoryPublisher: ${name}`, () =>
    run(() => {
      const publisher = memoryPublisher();
      return { publisher, received: () => publisher.published };
    }));
}
