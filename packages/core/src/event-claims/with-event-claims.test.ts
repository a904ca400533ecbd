import { describe, expect, test } from 'vitest';
import { memoryObjects } from '../../test/support/memory-objects.ts';
import type { CloudEvent } from '../cloud-event.ts';
import { type FailedPublish, isXorcaError, PublishError, XorcaError } from '../errors.ts';
import type { EventPublisher } from '../ports.ts';
import { memoryPublisher } from '../stores/memory-publisher.ts';
import { type EventClaimOptions, withEventClaims } from './with-event-claims.ts';

const LARGE = 'ü'.repeat(600);

function event(subject: string, n: number, data: unknown, part: Partial<CloudEvent> = {}): CloudEvent {
  return {
    specversion: '1.0',
    id: `${subject}/${n}`,
    source: '/orch/books',
    type: 'evt.pages',
    subject,
    datacontenttype: 'application/json',
    data,
    ...part,
  };
}

function setUp(options: Partial<EventClaimOptions> = {}, bus: Partial<EventPublisher> = {}) {
  const objects = memoryObjects();
  const inner = memoryPublisher();
  const calls: (readonly CloudEvent[])[] = [];
  const publish = async (events: readonly CloudEvent[]) => {
    calls.push(events);
    await inner.publish(events);
  };
  const publisher = withEventClaims({ maxEventBytes: 1_000, publish, ...bus }, { objects, ...options });
  return { objects, publisher, published: inner.published, calls };
}

async function failuresOf(work: Promise<void>): Promise<readonly FailedPublish[]> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isXorcaError(error, 'XORCA_PUBLISH')) throw error ?? new Error('all events were published');
  return (error as PublishError).failed;
}

const sizeOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;

/** A storage that is away for the data of these events. */
function awayFor(...ids: string[]) {
  const objects = memoryObjects();
  const away = { is: true };
  return {
    ...objects,
    away,
    async put(...[key, text, condition]: Parameters<typeof objects.put>) {
      if (away.is && ids.some((id) => text.includes(JSON.stringify(id)))) throw new Error('503 Slow Down');
      return objects.put(key, text, condition);
    },
  };
}

test('events up to the threshold go out as they are, in one call, and touch no storage', async () => {
  const { publisher, calls, objects } = setUp();
  const events = [event('a', 1, 'x'), event('b', 1, null), event('c', 1, undefined)];
  await publisher.publish(events);
  expect(calls).toEqual([events]);
  expect(calls[0]?.map((one, at) => one === events[at])).toEqual([true, true, true]);
  expect(objects.calls).toEqual([]);
});

test('a larger event goes out without its data, which lies in the storage with the name of its event', async () => {
  const { publisher, published, objects } = setUp({ prefix: 'x/' });
  const large = event('a', 1, { text: LARGE });
  await publisher.publish([large]);
  const { data: _, ...attributes } = large;
  const [key = '', text = ''] = [...objects.texts][0] ?? [];
  expect(published).toEqual([{ ...attributes, dataref: `xorca:${key.slice(2)}` }]);
  expect(key).toMatch(/^x\/event\/[0-9a-f]{64}\.\d+$/);
  expect(Number(key.split('.')[1])).toBe(new TextEncoder().encode(text).length);
  expect(text.split('\n').map((line) => JSON.parse(line))).toEqual([
    ['/orch/books', 'a/1', 'evt.pages', 'a'],
    { data: { text: LARGE } },
  ]);
});

test('all events keep their order, small and large, in one call of the bus', async () => {
  const { publisher, calls } = setUp();
  const events = Array.from({ length: 20 }, (_, n) => event(`p${n % 3}`, n, n % 2 ? LARGE : 'x'));
  await publisher.publish(events);
  expect(calls).toHaveLength(1);
  expect(calls[0]?.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
});

test('the threshold counts bytes of UTF-8, and an event of just so many goes out as it is', async () => {
  for (const text of ['x', 'é', '日', '🐋']) {
    const large = event('a', 1, text.repeat(100));
    const just = setUp({ threshold: sizeOf(large) });
    await just.publisher.publish([large]);
    expect(just.published, text).toEqual([large]);
    const over = setUp({ threshold: sizeOf(large) - 1 });
    await over.publisher.publish([large]);
    expect(over.published[0], text).not.toHaveProperty('data');
  }
});

test('the storage has the data before the bus has the event', async () => {
  const objects = memoryObjects();
  const publish = async () => expect(objects.texts.size).toBe(2);
  await withEventClaims({ publish }, { objects, threshold: 1_000 }).publish([
    event('a', 1, LARGE),
    event('a', 2, LARGE),
  ]);
});

test('an event sent again writes the same object, and two events never share one', async () => {
  const { publisher, published, objects } = setUp();
  await publisher.publish([event('a', 1, LARGE)]);
  await publisher.publish([event('a', 1, LARGE)]);
  expect(published[0]).toEqual(published[1]);
  expect(objects.texts.size).toBe(1);
  await publisher.publish([event('b', 1, LARGE)]);
  await publisher.publish([event('a', 1, LARGE, { source: '/other' })]);
  expect(objects.texts.size).toBe(3);
});

test('an event that only its attributes make large goes to the bus as it is, for the bus to judge', async () => {
  const { publisher, published, objects } = setUp();
  const events = [
    event('a', 1, undefined, { note: LARGE }),
    event('a', 2, { n: 1 }, { note: LARGE }),
    event('a', 3, undefined, { note: LARGE, dataref: 'https://example.com/1' }),
  ];
  await publisher.publish(events);
  expect(published).toEqual(events);
  expect(objects.calls).toEqual([]);
});

test('an event that is passed on with a claim already on it keeps that claim', async () => {
  const first = setUp();
  await first.publisher.publish([event('a', 1, LARGE)]);
  const second = setUp();
  await second.publisher.publish(first.published);
  expect(second.published).toEqual(first.published);
  expect(second.objects.calls).toEqual([]);
});

test('an event that the bus could not take even without its data is refused for good, and stores nothing', async () => {
  const { publisher, published, objects } = setUp();
  const failed = await failuresOf(
    publisher.publish([event('a', 1, LARGE, { note: LARGE }), event('a', 2, LARGE)]),
  );
  expect(failed).toEqual([
    {
      id: 'a/1',
      reason: expect.stringMatching(/^without its data its JSON has \d+ bytes, the bus takes 1000$/),
      retryable: false,
    },
  ]);
  expect(published.map(({ id }) => id)).toEqual(['a/2']);
  expect(objects.texts.size).toBe(1);
});

test('an event over maxEventBytes is refused for good, and nobody waits for it', async () => {
  const limit = sizeOf(event('a', 1, LARGE));
  const { publisher, published } = setUp({ maxEventBytes: limit });
  expect(publisher.maxEventBytes).toBe(limit);
  const failed = await failuresOf(
    publisher.publish([event('a', 1, `${LARGE}x`), event('a', 2, LARGE), event('a', 3, 'x')]),
  );
  const reason = `its JSON has ${limit + 1} bytes, maxEventBytes of withEventClaims is ${limit}`;
  expect(failed).toEqual([{ id: 'a/1', reason, retryable: false }]);
  expect(published.map(({ id }) => id)).toEqual(['a/2', 'a/3']);
});

test('while the storage is away its events go later, and nothing of their subject overtakes them', async () => {
  const objects = awayFor('a/2', 'c/1');
  const { publisher, published, calls } = setUp({ objects });
  const events = [
    event('a', 1, LARGE),
    event('a', 2, LARGE),
    event('b', 1, LARGE),
    event('a', 3, 'x'),
    event('c', 1, LARGE),
    event('a', 4, LARGE),
    event('b', 2, 'x'),
  ];
  const failed = await failuresOf(publisher.publish(events));
  expect(published.map(({ id }) => id)).toEqual(['a/1', 'b/1', 'b/2']);
  expect(failed.map(({ id, retryable }) => [id, retryable])).toEqual([
    ['a/2', true],
    ['a/3', true],
    ['c/1', true],
    ['a/4', true],
  ]);
  expect(failed[0]?.reason).toMatch(/^its data could not be put into object "event\/.*": 503 Slow Down$/);
  expect(failed[1]?.reason).toBe(
    'not sent, to keep the order of its subject: event a/2 before it goes later',
  );
  objects.away.is = false;
  await publisher.publish(events.filter(({ id }) => failed.some((one) => one.id === id)));
  expect(calls).toHaveLength(2);
  expect(published.slice(3).map(({ id }) => id)).toEqual(['a/2', 'a/3', 'c/1', 'a/4']);
});

test('when nothing can go out, the bus is not called, and an event that comes twice is named once', async () => {
  const { publisher, calls } = setUp({ objects: awayFor('a/1') });
  const failed = await failuresOf(publisher.publish([event('a', 1, LARGE), event('a', 1, LARGE)]));
  expect(failed.map(({ id }) => id)).toEqual(['a/1']);
  expect(calls).toEqual([]);
});

test('a missing permission for the storage is retryable: the events wait until it is given', async () => {
  const denied = new XorcaError('XORCA_CONFIG', 'No permission for s3:PutObject');
  const { publisher } = setUp({ objects: { ...memoryObjects(), put: () => Promise.reject(denied) } });
  const [failed] = await failuresOf(publisher.publish([event('a', 1, LARGE)]));
  expect(failed).toMatchObject({ retryable: true, reason: expect.stringContaining('s3:PutObject') });
});

describe('what the bus refuses', () => {
  const names = (...failed: FailedPublish[]) => ({ publish: () => Promise.reject(new PublishError(failed)) });
  const refused = { id: 'b/1', reason: 'forbidden type', retryable: false };
  const events = [event('a', 1, LARGE), event('b', 1, LARGE), event('c', 1, 'x')];

  test('is named as the bus names it, beside what the storage could not take', async () => {
    const { publisher } = setUp({ objects: awayFor('a/1') }, names(refused));
    const failed = await failuresOf(publisher.publish(events));
    expect(failed.map(({ id, retryable }) => [id, retryable])).toEqual([
      ['a/1', true],
      ['b/1', false],
    ]);
  });

  test('and an error that names nobody counts for all that went to the bus', async () => {
    const gone = { publish: () => Promise.reject(new Error('socket closed')) };
    const { publisher } = setUp({ objects: awayFor('a/1') }, gone);
    const failed = await failuresOf(publisher.publish(events));
    expect(failed.map(({ id, retryable }) => [id, retryable])).toEqual([
      ['a/1', true],
      ['b/1', true],
      ['c/1', true],
    ]);
  });

  test('is passed on as it is when the storage took everything', async () => {
    const error = new Error('socket closed');
    const { publisher } = setUp({}, { publish: () => Promise.reject(error) });
    await expect(publisher.publish(events)).rejects.toBe(error);
  });
});

test('what has no JSON is left to the bus, and its neighbours go out', async () => {
  const { publisher, published } = setUp();
  const loop: unknown[] = [LARGE];
  loop.push(loop);
  await publisher.publish([event('a', 1, loop), event('b', 1, LARGE)]);
  expect(published.map(({ id }) => id)).toEqual(['a/1', 'b/1']);
  expect(published[1]).toHaveProperty('dataref');
});

test('the events it is given stay as they were: an outbox sends them again', async () => {
  const { publisher } = setUp();
  const large = event('a', 1, LARGE);
  const before = JSON.stringify(large);
  await publisher.publish([Object.freeze(large)]);
  expect(JSON.stringify(large)).toBe(before);
});

test.each([
  [{ objects: undefined }, {}, /needs objects/],
  [{ tresh: 1 }, {}, /no option "tresh"/],
  [{}, { maxEventBytes: undefined }, /needs a threshold/],
  [{ threshold: -1 }, {}, /threshold .* must be a number of bytes, not -1/],
  [{ threshold: Number.NaN }, {}, /not NaN/],
  [{ threshold: 1_001 }, {}, /threshold .* is 1001, but its publisher takes 1000 bytes/],
  [{ maxEventBytes: 999 }, {}, /at least its threshold \(1000\), not 999/],
])('options %j are refused', (options, bus, message) => {
  const make = () => setUp(options as Partial<EventClaimOptions>, bus as Partial<EventPublisher>);
  expect(make).toThrow(message);
  expect(make).toThrow(expect.objectContaining({ code: 'XORCA_CONFIG' }));
});
