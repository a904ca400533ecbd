import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { setup } from 'xstate';
import { publisherContract } from '../../../testing/src/index.ts';
import { event } from '../../test/support/literature-machine.ts';
import { memoryObjects } from '../../test/support/memory-objects.ts';
import type { CloudEvent } from '../cloud-event.ts';
import { withClaimCheck } from '../codec.ts';
import { type FailedPublish, PublishError } from '../errors.ts';
import { createOrchestrator } from '../orchestrator.ts';
import type { Outcome } from '../outcome.ts';
import { createRunner } from '../runner.ts';
import { memoryStore } from '../stores/memory-store.ts';
import { readEventClaims } from './read-event-claims.ts';
import { withEventClaims } from './with-event-claims.ts';

const RUNS = Number(process.env['XORCA_RUNS'] ?? 500);
const SEED = Number(process.env['XORCA_SEED'] ?? Date.now() % 2 ** 31);

/** A bus of small messages, as JSON; what it has is read through `readEventClaims`. */
function smallBus(busBytes: number, threshold: number, maxEventBytes: number) {
  const objects = memoryObjects();
  const texts: string[] = [];
  const refuses = new Map<string, boolean>();
  const state = { busIsAway: false, storageIsAway: false };
  const bus = {
    maxEventBytes: busBytes,
    async publish(events: readonly CloudEvent[]) {
      const failed: FailedPublish[] = [];
      for (const one of events) {
        const text = JSON.stringify(one);
        const isLarge = new TextEncoder().encode(text).length > busBytes;
        if (state.busIsAway) failed.push({ id: one.id, reason: 'away', retryable: true });
        else if (isLarge || refuses.has(one.id)) {
          failed.push({
            id: one.id,
            reason: 'refused',
            retryable: !isLarge && (refuses.get(one.id) ?? false),
          });
        } else texts.push(text);
      }
      if (failed.length > 0) throw new PublishError(failed);
    },
  };
  const storage = {
    ...objects,
    async put(...[key, text, condition]: Parameters<typeof objects.put>) {
      if (state.storageIsAway) throw new Error('503 Slow Down');
      return objects.put(key, text, condition);
    },
  };
  const publisher = withEventClaims(bus, { objects: storage, threshold, maxEventBytes });
  async function received(): Promise<readonly CloudEvent[]> {
    const got: CloudEvent[] = [];
    const consumer = readEventClaims(
      {
        async handle(events) {
          for (const one of events) got.push((typeof one === 'string' ? JSON.parse(one) : one) as CloudEvent);
          return events.map((): Outcome => ({ status: 'applied', effects: [] }));
        },
      },
      { objects },
    );
    const outcomes = await consumer.handle(texts);
    expect(outcomes.filter(({ error }) => error)).toEqual([]);
    return got;
  }
  return { publisher, received, refuses, state, texts, objects };
}

// The limits of a queue whose messages are texts of 48 KiB, and one so low that the small events of the contract are claimed too.
describe.each([
  [49_152, 49_152],
  [49_152, 300],
])(
  'a bus for %d bytes with claims for events over %d keeps the contract of publishers',
  (bytes, threshold) => {
    function make() {
      const { publisher, received, refuses, state } = smallBus(bytes, threshold, 300_000);
      const refusing = (retryable: boolean) => async (ids: readonly string[], work: () => Promise<void>) => {
        for (const id of ids) refuses.set(id, retryable);
        await work().finally(() => refuses.clear());
      };
      const outage = async (work: () => Promise<void>) => {
        state.busIsAway = true;
        await work().finally(() => {
          state.busIsAway = false;
        });
      };
      return { publisher, received, refuses: { forNow: refusing(true), forGood: refusing(false) }, outage };
    }
    for (const { name, run } of publisherContract) it(name, () => run(make));
  },
);

test('any event that the bus can take with claims comes out as it went in, and the bus never sees a large one', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 300 });
  const name = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 });
  const events = fc.array(
    fc.record(
      {
        specversion: fc.constant('1.0'),
        id: name,
        source: name,
        type: name,
        subject: fc.oneof(name, fc.constantFrom('a', 'b')),
        datacontenttype: fc.constantFrom('application/json', 'application/vnd.books+json'),
        data: fc.oneof(fc.jsonValue(), text, fc.record({ text, deep: fc.array(text, { maxLength: 4 }) })),
        data_base64: fc.base64String({ maxLength: 1_000 }),
        dataref: fc.webUrl(),
        traceparent: name,
      },
      { requiredKeys: ['specversion', 'id', 'source', 'type', 'subject'] },
    ),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(events, fc.integer({ min: 0, max: 700 }), async (all, threshold) => {
      const { publisher, received, texts } = smallBus(1_000, threshold, 1_000_000);
      await publisher.publish(all as CloudEvent[]);
      expect(await received()).toEqual(JSON.parse(JSON.stringify(all)));
      for (const one of texts) expect(new TextEncoder().encode(one).length).toBeLessThanOrEqual(1_000);
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

test('an orchestration that sends three megabytes over a bus for 64 KiB, and another that takes them', async () => {
  const PAGES = Array.from({ length: 3_000 }, (_, n) => `${n} `.padEnd(1_000, 'page '));
  const { publisher, received, texts, objects, state } = smallBus(65_536, 65_536, 16 * 1024 * 1024);
  const writer = createOrchestrator({
    name: 'writer',
    startOn: 'evt.begin',
    machines: { '1': setup({}).createMachine({ initial: 'Written', states: { Written: {} } }) },
    onOrchestrationState: { Written: () => ({ type: 'evt.pages', data: { pages: PAGES } }) },
  });
  const clock = { ms: 1_800_000_000_000, now: () => clock.ms };
  const sender = createRunner(writer, {
    store: withClaimCheck(memoryStore(), { objects, prefix: 'bodies/' }),
    publisher,
    clock,
  });
  // The storage is away at first: the event waits in the outbox of its process.
  state.storageIsAway = true;
  const [begun] = await sender.handle([event('p', 'evt.begin', {})]);
  expect(begun).toMatchObject({ status: 'failed', error: { code: 'XORCA_PUBLISH' } });
  expect(texts).toEqual([]);
  expect([...objects.texts.keys()]).toEqual([expect.stringMatching(/^bodies\//)]);
  state.storageIsAway = false;
  clock.ms += 60_000;
  expect(await sender.wake()).toMatchObject({ resent: 1, failed: [] });
  expect(texts).toHaveLength(1);
  expect(texts[0]?.length).toBeLessThan(1_000);

  const reader = createOrchestrator({
    name: 'reader',
    startOn: 'evt.pages',
    machines: {
      '1': setup({
        types: { context: {} as { letters: number }, input: {} as { pages: string[] } },
      }).createMachine({
        context: ({ input }) => ({ letters: input.pages.join('').length }),
        initial: 'Read',
        states: { Read: { type: 'final' } },
        output: ({ context }) => context.letters,
      }),
    },
  });
  const platform = { store: memoryStore(), publisher, clock };
  const options = { maxEventBytes: 16 * 1024 * 1024 };
  const consumer = readEventClaims(createRunner(reader, platform, options), { objects });
  const [outcome] = await consumer.handle(texts);
  expect(outcome).toMatchObject({ status: 'applied' });
  expect(JSON.stringify(outcome?.event)).toBe(texts[0]);
  expect(await consumer.get('p')).toMatchObject({ status: 'done', output: PAGES.join('').length });
  expect((await consumer.handle(texts))[0]?.status).toBe('duplicate');
  expect((await received())[0]?.data).toEqual({ pages: PAGES });
});

test('an effect that not even the storage may hold fails its step, and nothing is sent', async () => {
  const { publisher, texts } = smallBus(1_000, 1_000, 2_000);
  const chatty = createOrchestrator({
    name: 'chatty',
    startOn: 'evt.begin',
    machines: { '1': setup({}).createMachine({ initial: 'Said', states: { Said: {} } }) },
    onOrchestrationState: { Said: () => ({ type: 'evt.said', data: 'x'.repeat(2_000) }) },
  });
  const runner = createRunner(chatty, { store: memoryStore(), publisher });
  const [outcome] = await runner.handle([event('p', 'evt.begin', {})]);
  expect(outcome?.error?.code).toBe('XORCA_EVENT_TOO_LARGE');
  expect(texts).toEqual([]);
});
