import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { event, literature, walk } from '../../test/support/literature-machine.ts';
import { memoryObjects } from '../../test/support/memory-objects.ts';
import type { CloudEvent } from '../cloud-event.ts';
import { defineCommand } from '../command.ts';
import { XorcaError } from '../errors.ts';
import { createFleet } from '../fleet/fleet.ts';
import { createFleetRunner } from '../fleet/fleet-runner.ts';
import { onCommand } from '../fleet/on-command.ts';
import type { Outcome } from '../outcome.ts';
import { createRunner } from '../runner.ts';
import { memoryPublisher } from '../stores/memory-publisher.ts';
import { memoryStore } from '../stores/memory-store.ts';
import type { CallOptions } from '../wake.ts';
import { eventOf } from './claimed-event.ts';
import { type ReadEventClaimOptions, readEventClaims } from './read-event-claims.ts';
import { withEventClaims } from './with-event-claims.ts';

const LARGE = { pages: ['p'.repeat(3_000)] };

/** A handler that takes all it gets, and shows it. */
function taker() {
  const calls: (readonly unknown[])[] = [];
  const options: unknown[] = [];
  const handle = async (events: readonly unknown[], call?: CallOptions): Promise<readonly Outcome[]> => {
    calls.push(events);
    options.push(call);
    return events.map((one) => {
      const event = eventOf(one, 1_048_576);
      return event ? { status: 'applied', event, effects: [] } : { status: 'rejected', effects: [] };
    });
  };
  return { calls, options, handle };
}

function setUp(options: Partial<ReadEventClaimOptions> = {}, inner = taker()) {
  const objects = (options.objects ?? memoryObjects()) as ReturnType<typeof memoryObjects>;
  const handler = readEventClaims(inner, { objects, ...options });
  const bus = memoryPublisher();
  const sender = withEventClaims(bus, { objects, threshold: 1_000, prefix: options.prefix ?? '' });
  /** The event as it is on the bus, without its data. */
  async function claimed(whole: CloudEvent): Promise<CloudEvent> {
    await sender.publish([whole]);
    return bus.published.at(-1) as CloudEvent;
  }
  return { objects, inner, handler, claimed };
}

const large = (subject: string, id: string) => event(subject, 'evt.books.fetch.success', LARGE, id);
const small = (subject: string, id: string) =>
  event(subject, 'evt.gpt.summary.success', { summary: 's' }, id);
const codes = (outcomes: readonly Outcome[]) => outcomes.map(({ status, error }) => error?.code ?? status);

test('an event gets its data back, from an object or a text, among others in one call and in their order', async () => {
  const { handler, inner, claimed } = setUp({ prefix: 'x/' });
  const [one, two] = [large('a', '1'), large('b', '2')];
  const text = JSON.stringify(small('a', '3'));
  const batch = [await claimed(one), text, JSON.stringify(await claimed(two)), small('b', '4')];
  const outcomes = await handler.handle(batch);
  expect(inner.calls).toEqual([[one, text, two, batch[3]]]);
  expect(codes(outcomes)).toEqual(['applied', 'applied', 'applied', 'applied']);
});

test('a batch without our references goes on as it came, and the storage is not asked', async () => {
  const { handler, inner, objects } = setUp();
  const batch = [
    small('a', '1'),
    'no JSON with "dataref"',
    null,
    undefined,
    7,
    [],
    { dataref: 'xorca:event/1' },
    { ...small('a', '2'), dataref: 'xorca:event/1' },
    { ...small('a', '3'), data: undefined, dataref: 'https://example.com/data' },
    { ...small('a', '4'), data: undefined, dataref: 'event/1' },
    JSON.stringify({ ...small('a', '5'), data: undefined, dataref: 's3://bucket/xorca:event/1' }),
  ];
  const options = { deadlineAt: 7 };
  await handler.handle(batch, options);
  expect(inner.calls).toHaveLength(1);
  expect(inner.calls[0]).toBe(batch);
  expect(inner.options).toEqual([options]);
  expect(objects.calls).toEqual([]);
});

test('an outcome shows the event as it was delivered, without the data', async () => {
  const { handler, claimed } = setUp();
  const slim = await claimed(large('a', '1'));
  const [outcome] = await handler.handle([JSON.stringify(slim)]);
  expect(outcome).toMatchObject({ status: 'applied' });
  expect(outcome?.event).toEqual(slim);
});

test('a dataref of the sender’s own comes back with the data', async () => {
  const { handler, inner, claimed } = setUp();
  const own = { ...large('a', '1'), dataref: 'https://example.com/the-same' };
  const slim = await claimed(own);
  expect(slim['dataref']).toMatch(/^xorca:/);
  await handler.handle([slim], { deadlineAt: Number.MAX_VALUE });
  expect(inner.calls).toEqual([[own]]);
  expect(inner.options).toEqual([{ deadlineAt: Number.MAX_VALUE }]);
});

test('attributes that changed on the way, such as a trace, stay as they came', async () => {
  const { handler, inner, claimed } = setUp();
  const slim = { ...(await claimed(large('a', '1'))), traceparent: 'another' };
  await handler.handle([slim]);
  expect(inner.calls).toEqual([[{ ...large('a', '1'), traceparent: 'another' }]]);
});

test('an event whose data is gone is rejected, names the object, and holds nobody up', async () => {
  const { handler, inner, objects, claimed } = setUp({ prefix: 'x/' });
  const slim = await claimed(large('a', '1'));
  const [key] = objects.texts.keys();
  objects.texts.clear();
  const next = small('a', '2');
  const outcomes = await handler.handle([slim, next]);
  expect(codes(outcomes)).toEqual(['XORCA_CORRUPT_RECORD', 'applied']);
  expect(outcomes[0]).toMatchObject({ status: 'rejected', event: slim, effects: [] });
  expect(outcomes[0]?.error).toMatchObject({ processId: 'a', retryable: false });
  expect(outcomes[0]?.error?.message).toContain(`object "${key}", which is not there`);
  expect(inner.calls).toEqual([[next]]);
});

test.each([
  ['one byte is another', (text: string) => text.replace('pp', 'pq')],
  ['it was cut off', (text: string) => text.slice(0, -1)],
  ['it grew', (text: string) => `${text} `],
  ['it is empty', () => ''],
  ['it names another event', (text: string) => text.replace('"1"', '"2"')],
])('an event whose data is damaged is rejected: %s', async (_, damage) => {
  const { handler, inner, objects, claimed } = setUp();
  const slim = await claimed(large('a', '1'));
  for (const [key, text] of objects.texts) objects.texts.set(key, damage(text));
  const outcomes = await handler.handle([slim]);
  expect(codes(outcomes)).toEqual(['XORCA_CORRUPT_RECORD']);
  expect(inner.calls).toEqual([]);
});

test.each([
  ['id', { id: '2' }],
  ['source', { source: '/mallory' }],
  ['subject', { subject: 'mallory' }],
  ['type', { type: 'evt.mallory' }],
])('whoever knows a reference does not get its data into an event of another %s', async (_, part) => {
  const { handler, inner, claimed } = setUp();
  const outcomes = await handler.handle([{ ...(await claimed(large('a', '1'))), ...part }]);
  expect(codes(outcomes)).toEqual(['XORCA_INVALID_EVENT']);
  expect(outcomes[0]?.error?.message).toContain('dataref: names the data of another event');
  expect(inner.calls).toEqual([]);
});

const HASH = 'a'.repeat(64);
test.each([
  'xorca:',
  'xorca:body/p.0001.x',
  'xorca:event/',
  `xorca:event/${HASH}`,
  `xorca:event/${HASH}.`,
  `xorca:event/${HASH}.0`,
  `xorca:event/${HASH}.-1`,
  `xorca:event/${HASH}.1e3`,
  `xorca:event/${HASH}.1234567890123`,
  `xorca:event/${HASH.toUpperCase()}.12`,
  `xorca:event/${HASH}.12/../../secret`,
  `xorca:event/../event/${HASH}.12`,
  `xorca:event/${HASH}.12?x`,
  `xorca:event/${HASH}.12 `,
  `xorca:/event/${HASH}.12`,
  `xorca:https://example.com/${HASH}`,
  `xorca:event/${HASH}.99999999999`,
])('a reference that only looks like ours, %s, is rejected and the storage is not asked', async (dataref) => {
  const { handler, inner, objects } = setUp();
  const { data: _, ...attributes } = large('a', '1');
  const outcomes = await handler.handle([{ ...attributes, dataref }]);
  expect(codes(outcomes)).toEqual(['XORCA_INVALID_EVENT']);
  expect(outcomes[0]?.error?.message).toContain('dataref: ');
  expect(inner.calls).toEqual([]);
  expect(objects.calls).toEqual([]);
});

test('data of more than maxBytes is rejected unread, and of just so many is read', async () => {
  const probe = setUp();
  const slim = await probe.claimed(large('a', '1'));
  const bytes = Number(String(slim['dataref']).split('.')[1]);
  for (const [maxBytes, code] of [
    [bytes, 'applied'],
    [bytes - 1, 'XORCA_INVALID_EVENT'],
  ] as const) {
    const { handler, objects, claimed } = setUp({ maxBytes });
    await claimed(large('a', '1'));
    objects.calls.length = 0;
    expect(codes(await handler.handle([slim]))).toEqual([code]);
    expect(objects.calls).toHaveLength(code === 'applied' ? 1 : 0);
  }
});

describe('while the storage does not answer', () => {
  function away() {
    const objects = memoryObjects();
    const broken = new Set<string>();
    const get = async (key: string) => {
      if (broken.has(key)) throw new XorcaError('XORCA_CONFIG', 'no permission for s3:GetObject');
      return objects.get(key);
    };
    const setup = setUp({ objects: { ...objects, get } });
    const { claimed } = setUp({ objects });
    const fails = (slim: CloudEvent) => broken.add(String(slim['dataref']).slice('xorca:'.length));
    return { ...setup, claimed, fails, heal: () => broken.clear() };
  }

  test('its events come back as failed, and later ones of their processes wait for them', async () => {
    const w = away();
    const wholes = [
      small('a', '0'),
      large('a', '1'),
      large('b', '1'),
      small('a', '2'),
      small('b', '2'),
      large('a', '3'),
      small('a', '4'),
    ];
    const batch: unknown[] = [];
    for (const whole of wholes)
      batch.push('pages' in (whole.data as object) ? await w.claimed(whole) : whole);
    batch[6] = JSON.stringify(batch[6]);
    batch.push('no JSON', null);
    w.fails(batch[1] as CloudEvent);
    const outcomes = await w.handler.handle(batch);
    expect(codes(outcomes)).toEqual([
      'applied',
      'XORCA_UNAVAILABLE',
      'applied',
      'XORCA_ORDER',
      'applied',
      'XORCA_ORDER',
      'XORCA_ORDER',
      'rejected',
      'rejected',
    ]);
    for (const at of [1, 3, 5, 6]) {
      expect(outcomes[at]).toMatchObject({ status: 'failed', error: { processId: 'a', retryable: true } });
    }
    expect(outcomes[6]?.event).toEqual(wholes[6]);
    expect(outcomes[3]?.error?.cause).toBe(outcomes[1]?.error);
    expect(w.inner.calls.at(-1)).toEqual([wholes[0], wholes[2], wholes[4], 'no JSON', null]);
    w.heal();
    await w.handler.handle([1, 3, 5, 6].map((at) => batch[at]));
    expect(w.inner.calls.at(-1)).toEqual([wholes[1], wholes[3], wholes[5], batch[6]]);
  });

  test('only the process of the event waits, where the orchestrator says that another subject names it', async () => {
    const w = away();
    const inner = { ...taker(), orchestrator: { processId: ({ id }: CloudEvent) => `${id}@x` } };
    const handler = readEventClaims(inner, { objects: w.objects });
    const [one, two] = [await w.claimed(large('a', '1')), await w.claimed(large('a', '2'))];
    w.fails(one);
    const outcomes = await handler.handle([one, two, small('b', '1')]);
    expect(codes(outcomes)).toEqual(['XORCA_UNAVAILABLE', 'applied', 'XORCA_ORDER']);
    expect(outcomes[2]?.error?.processId).toBe('1@x');
  });

  test('a reference that can never be read is rejected at once, behind a failed event too', async () => {
    const w = away();
    const first = await w.claimed(large('a', '1'));
    w.fails(first);
    const forged = { ...first, id: '2', dataref: 'xorca:x' };
    expect(codes(await w.handler.handle([first, forged]))).toEqual([
      'XORCA_UNAVAILABLE',
      'XORCA_INVALID_EVENT',
    ]);
    expect(w.inner.calls).toEqual([]);
  });
});

test('what there is no time to read comes back as failed, before the storage is asked', async () => {
  const time = { ms: 1_000, now: () => time.ms };
  const { handler, inner, objects, claimed } = setUp({ clock: time });
  const slim = await claimed(large('a', '1'));
  objects.calls.length = 0;
  expect(codes(await handler.handle([slim, small('a', '2')], { deadlineAt: 1_000 }))).toEqual([
    'XORCA_DEADLINE',
    'XORCA_ORDER',
  ]);
  expect(objects.calls).toEqual([]);
  expect(codes(await handler.handle([slim], { deadlineAt: 1_001 }))).toEqual(['applied']);
  expect(inner.calls).toHaveLength(1);
});

test('a runner goes on as before: its other methods, its options for one call, its own limit for data', async () => {
  const objects = memoryObjects();
  const time = { ms: 1_000, now: () => time.ms };
  const bare = createRunner(
    literature,
    { store: memoryStore(), publisher: memoryPublisher(), clock: time },
    { maxEventBytes: 2_000 },
  );
  const runner = readEventClaims(bare, { objects, clock: time });
  expect(Object.keys(runner).sort()).toEqual(Object.keys(bare).sort());
  expect(runner.orchestrator).toBe(literature);
  const [start] = walk('p');
  expect(codes(await runner.handle([start], { deadlineAt: 0 }))).toEqual(['XORCA_DEADLINE']);
  expect(codes(await runner.handle([start]))).toEqual(['applied']);
  expect(await runner.get('p')).toMatchObject({ status: 'active' });
  expect(await { ...runner }.wake()).toMatchObject({ failed: [] });
  const bus = memoryPublisher();
  await withEventClaims(bus, { objects, threshold: 1_000 }).publish([large('p', '1')]);
  const [outcome] = await runner.handle(bus.published);
  expect(outcome).toMatchObject({ status: 'rejected', error: { code: 'XORCA_INVALID_EVENT' } });
  expect(outcome?.error?.message).toContain('data: is larger than 2000 bytes');
});

test('a handler of a class is called through, with what is private to it', async () => {
  class Counting {
    #handled = 0;
    get handled() {
      return this.#handled;
    }
    async handle(events: readonly unknown[]): Promise<readonly Outcome[]> {
      this.#handled += events.length;
      return events.map(() => ({ status: 'applied', effects: [] }));
    }
    reset() {
      this.#handled = 0;
    }
  }
  const { objects, claimed } = setUp();
  const handler = readEventClaims(new Counting(), { objects });
  await handler.handle([await claimed(large('a', '1')), small('a', '2')]);
  expect(handler.handled).toBe(2);
  handler.reset();
  expect(handler.handled).toBe(0);
  expect(handler).toBeInstanceOf(Counting);
});

test('a fleet gets its large commands', async () => {
  const shape = { input: z.object({ pages: z.array(z.string()) }), output: z.number() };
  const summarise = defineCommand('cmd.gpt.summary', shape);
  const fleet = createFleet({
    source: '/gpt',
    handlers: [onCommand(summarise, async ({ pages }) => pages.join('').length)],
  });
  const { objects, claimed } = setUp();
  const bus = memoryPublisher();
  const runner = readEventClaims(createFleetRunner(fleet, { publisher: bus }), { objects });
  const command = await claimed(event('p', 'cmd.gpt.summary', LARGE, 'p/1'));
  expect(codes(await runner.handle([command]))).toEqual(['applied']);
  expect(bus.published).toMatchObject([{ type: 'evt.gpt.summary.success', subject: 'p', data: 3_000 }]);
});

test.each([
  [{ objects: undefined }, /needs objects/],
  [{ maxByte: 1 }, /Did you mean "maxBytes"/],
  [{ maxBytes: 0 }, /must be a number of bytes, not 0/],
])('options %j are refused', (options, message) => {
  const make = () => setUp(options as Partial<ReadEventClaimOptions>);
  expect(make).toThrow(message);
  expect(make).toThrow(expect.objectContaining({ code: 'XORCA_CONFIG' }));
});
