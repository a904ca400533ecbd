import type { CloudEvent, FailedPublish } from '@xorca/core';
import { check, same } from './assert.ts';
import {
  arrives,
  event,
  events,
  idsOf,
  type PublisherTrial,
  type PublisherUnderTest,
  publishSome,
  type RefuseEvents,
  sized,
  without,
} from './publisher-case.ts';
import { unshown } from './unshown.ts';

/** What does not go out, and what is said about it. */
export const failureCases: readonly PublisherTrial[] = [
  {
    name: 'where a publisher names maxEventBytes, an event over it is refused for good, it alone, and its neighbours arrive',
    async run(makePublisher) {
      const test = await makePublisher();
      const max = test.publisher.maxEventBytes;
      if (max === undefined) unshown('a publisher with maxEventBytes');
      const large = [sized('a', 7, max + 1, 'x'), sized('b', 7, max + 1, '日'), sized('b', 8, 3 * max, 'x')];
      const small = [...events('a', 12), ...events('c', 12)].filter(({ id }) => !idsOf(large).includes(id));
      const all = [...small.slice(0, 5), ...large, ...small.slice(5)];
      const failed = await publishSome(test, all);
      same(namesOf(failed), idsOf(large).sort(), 'the events that were refused');
      for (const { id, retryable } of failed)
        same(retryable, false, `whether ${id} over the limit may go later`);
      await arrives(test, small);
      // It alone, too.
      same(namesOf(await publishSome(test, large.slice(0, 1))), idsOf(large.slice(0, 1)), 'refused alone');
    },
  },
  {
    name: 'where the maker can make the bus refuse events for now, exactly what did not go out is named, and goes later',
    async run(makePublisher) {
      const test = await makePublisher();
      const { forNow } = test.refuses ?? {};
      if (!forNow) unshown('refuses.forNow');
      const all = spread();
      const refused = [3, 17, 18, 25].map((n) => all[n] as CloudEvent);
      const failed = await whileRefusing(test, forNow, refused, all);
      for (const { id } of refused)
        check(namesOf(failed).includes(id), `${id} was refused, and is not named`);
      for (const { id, retryable } of failed) same(retryable, true, `whether ${id} may go later`);
      await arrivesInAnyOrder(test, without(all, failed));
      await again(test, failed, all);
      await arrivesInAnyOrder(test, all);
    },
  },
  {
    name: 'where the maker can make the bus refuse events for good, they are named so, and all others arrive',
    async run(makePublisher) {
      const test = await makePublisher();
      const { forGood } = test.refuses ?? {};
      if (!forGood) unshown('refuses.forGood');
      const all = spread();
      const refused = [0, 11, 29].map((n) => all[n] as CloudEvent);
      await forGood(idsOf(refused), async () => {
        const first = await publishSome(test, all);
        const gone = first.filter(({ retryable }) => !retryable);
        same(namesOf(gone), idsOf(refused).sort(), 'the events that are refused for good');
        await arrivesInAnyOrder(test, without(all, first));
        // What a refused neighbour took down with it goes with the next try, as an outbox makes it.
        await again(
          test,
          first.filter(({ retryable }) => retryable),
          all,
        );
      });
      await arrivesInAnyOrder(test, without(all, refused));
      await test.publisher.publish([event('later', 1)]);
      await arrivesInAnyOrder(test, [...without(all, refused), event('later', 1)]);
    },
  },
  {
    name: 'where the maker can take the bus away, all events are named, none arrives, and all go later',
    async run(makePublisher) {
      const test = await makePublisher();
      if (!test.outage) unshown('outage');
      const all = spread();
      let failed: readonly FailedPublish[] = [];
      await test.outage(async () => {
        failed = await publishSome(test, all);
        for (const one of await Promise.all([publishSome(test, all.slice(0, 1)), publishSome(test, all)])) {
          check(one.length > 0, 'publish went through while the bus was away');
        }
      });
      same(namesOf(failed), idsOf(all).sort(), 'the events that did not go out');
      for (const { id, retryable } of failed) same(retryable, true, `whether ${id} may go later`);
      await arrives(test, []);
      same(await publishSome(test, all), [], 'what fails after the outage');
      await arrives(test, all);
    },
  },
];

// Three requests of ten, subjects across all of them.
function spread(): CloudEvent[] {
  return Array.from({ length: 30 }, (_, n) => event(`subject ${n % 6}`, Math.floor(n / 6)));
}

async function whileRefusing(
  test: PublisherUnderTest,
  refuse: RefuseEvents,
  refused: readonly CloudEvent[],
  all: readonly CloudEvent[],
): Promise<readonly FailedPublish[]> {
  let failed: readonly FailedPublish[] = [];
  await refuse(idsOf(refused), async () => {
    failed = await publishSome(test, all);
  });
  return failed;
}

// As the outbox of a process does it: what failed goes once more, in its order.
async function again(
  test: PublisherUnderTest,
  failed: readonly FailedPublish[],
  all: readonly CloudEvent[],
): Promise<void> {
  if (failed.length === 0) return;
  const left = without(all, without(all, failed));
  same(await publishSome(test, left), [], 'what fails when it is published again');
}

// A later event may overtake one that was refused: its process does not wait for it.
async function arrivesInAnyOrder(test: PublisherUnderTest, wanted: readonly CloudEvent[]): Promise<void> {
  await arrives(test, wanted, 'none');
}

function namesOf(failed: readonly FailedPublish[]): string[] {
  return failed.map(({ id }) => id).sort();
}
