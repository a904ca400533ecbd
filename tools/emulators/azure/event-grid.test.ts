import { AzureKeyCredential, EventGridPublisherClient, type SendCloudEventInput } from '@azure/eventgrid';
import { afterEach, expect, it } from 'vitest';
import { type EventGrid, type EventGridOptions, startEventGrid } from './event-grid.ts';
import type { GridEvent } from './event-grid-rules.ts';
import { startWire } from './wire.ts';

const started: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.stop();
});

async function start(options: EventGridOptions = {}): Promise<EventGrid> {
  const topic = await startEventGrid(options);
  started.push(topic);
  return topic;
}

const sender = ({ endpoint, key }: Pick<EventGrid, 'endpoint' | 'key'>) =>
  new EventGridPublisherClient(endpoint, 'CloudEvent', new AzureKeyCredential(key), {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  });
const event = (id: string, part: Partial<SendCloudEventInput<unknown>> = {}) => ({
  id,
  source: '/orders',
  type: 'evt.order.placed',
  data: {},
  ...part,
});
const idsOf = (events: readonly GridEvent[]) => events.map(({ id }) => id);
const refused = (statusCode: number, code: string) => ({ statusCode, code });

it('keeps what it took, as it was sent', async () => {
  const topic = await start();
  const time = new Date(1_750_000_000_000);
  await sender(topic).send([
    event('1', { subject: 's', time, data: { n: 1 }, extensionAttributes: { traceparent: '00-a-b-01' } }),
    event('2', { data: Buffer.from('bytes'), datacontenttype: 'text/plain' }),
  ]);
  expect(topic.events).toMatchObject([
    {
      specversion: '1.0',
      id: '1',
      source: '/orders',
      type: 'evt.order.placed',
      subject: 's',
      time: time.toISOString(),
      datacontenttype: 'application/json',
      data: { n: 1 },
      traceparent: '00-a-b-01',
    },
    { id: '2', data_base64: Buffer.from('bytes').toString('base64') },
  ]);
});

it('refuses who has not the key', async () => {
  const topic = await start({ key: 'own' });
  const other = sender({ endpoint: topic.endpoint, key: 'other' });
  await expect(other.send([event('1')])).rejects.toMatchObject(refused(401, 'Unauthorized'));
  expect(topic.events).toEqual([]);
});

it('takes 1 MB in a call, and keeps nothing of a larger one', async () => {
  const topic = await start();
  const half = (id: string) => event(id, { data: { text: 'x'.repeat(524_000) } });
  await sender(topic).send([half('1'), half('2')]);
  const more = sender(topic).send([half('3'), half('4'), event('5', { data: { text: 'x'.repeat(2_000) } })]);
  await expect(more).rejects.toMatchObject(refused(413, 'PayloadTooLarge'));
  expect(idsOf(topic.events)).toEqual(['1', '2']);
});

it('takes 1 MB in an event, even where a call may be larger', async () => {
  const topic = await start({ maxBytes: 1_536_000 });
  const half = (id: string) => event(id, { data: { text: 'x'.repeat(524_000) } });
  await sender(topic).send([half('1'), half('2'), event('3', { data: { text: 'x'.repeat(2_000) } })]);
  const large = sender(topic).send([event('4', { data: { text: 'x'.repeat(1_048_576) } })]);
  await expect(large).rejects.toMatchObject(refused(413, 'PayloadTooLarge'));
  expect(topic.events).toHaveLength(3);
});

const good = { specversion: '1.0', id: '1', source: '/s', type: 't' };
it.each([
  ['no id', { id: undefined }],
  ['an empty source', { source: '' }],
  ['no type', { type: undefined }],
  ['a type that is no text', { type: 1 }],
  ['no specversion', { specversion: undefined }],
  ['another specversion', { specversion: '0.3' }],
  ['data twice', { data: 1, data_base64: 'eA==' }],
  ['a time that is none', { time: 'soon' }],
  ['an extension in upper case', { traceParent: 'x' }],
  ['an extension that is an object', { extension: {} }],
])('refuses a whole call for one event with %s', async (_what, part) => {
  const topic = await start();
  const call = await post(topic, JSON.stringify([good, { ...good, ...part }]));
  expect(call.status).toBe(400);
  expect(await call.json()).toMatchObject({
    error: { code: 'BadRequest', message: expect.any(String), details: [{ code: 'InputJsonInvalid' }] },
  });
  expect(topic.events).toEqual([]);
});

it.each([
  ['another type', JSON.stringify([good]), 'application/json'],
  ['one event that is no batch', JSON.stringify(good), undefined],
  ['a batch of none', '[]', undefined],
  ['what is no JSON', '{', undefined],
])('refuses %s', async (_what, body, type) => {
  expect((await post(await start(), body, type)).status).toBe(400);
});

it('knows one address', async () => {
  const topic = await start();
  expect((await fetch(topic.endpoint)).status).toBe(404);
  const elsewhere = { ...topic, endpoint: topic.endpoint.replace('/api/events', '/events') };
  expect((await post(elsewhere, JSON.stringify([good]))).status).toBe(404);
});

it('delivers each event to who wants it, in no order', async () => {
  const topic = await start();
  const got: Record<string, string[]> = { all: [], types: [], subjects: [] };
  topic.subscribe(async ({ id }) => void got['all']?.push(id));
  topic.subscribe(async ({ id }) => void got['types']?.push(id), { types: ['b'] });
  topic.subscribe(async ({ id }) => void got['subjects']?.push(id), { subjectBegins: 'order-' });
  await sender(topic).send([
    event('1', { type: 'a', subject: 'order-1' }),
    event('2', { type: 'b', subject: 'my-order-1' }),
    event('3', { type: 'b', subject: 'ORDER-2' }),
    event('4', { type: 'c' }),
  ]);
  await topic.idle();
  expect(got).toEqual({ all: ['4', '3', '2', '1'], types: ['3', '2'], subjects: ['3', '1'] });
});

it('delivers nothing to a subscription that came later or that is over', async () => {
  const topic = await start();
  const got: string[] = [];
  await sender(topic).send([event('1')]);
  const end = topic.subscribe(async ({ id }) => void got.push(id));
  await sender(topic).send([event('2')]);
  await topic.idle();
  end();
  await sender(topic).send([event('3')]);
  await topic.idle();
  expect(got).toEqual(['2']);

  const endAtOnce = topic.subscribe(async ({ id }) => {
    got.push(id);
    endAtOnce();
    throw new Error('again');
  });
  await sender(topic).send([event('4')]);
  await topic.idle();
  expect(got).toEqual(['2', '4']);
});

it('delivers again after a failure, by its intervals, until it succeeds', async () => {
  const waits: number[] = [];
  const topic = await start({ delay: async (ms) => void waits.push(ms) });
  let calls = 0;
  topic.subscribe(async () => {
    calls++;
    if (calls < 5) throw new Error('not yet');
  });
  await sender(topic).send([event('1')]);
  await topic.idle();
  expect(calls).toBe(5);
  expect(waits).toEqual([10_000, 30_000, 60_000, 300_000]);
  expect(topic.dead).toEqual([]);
});

it('gives an event up after its attempts, or at once for what no attempt can mend', async () => {
  const topic = await start({ attempts: 3 });
  topic.subscribe(async ({ id }) => {
    throw Object.assign(new Error('never'), { status: id === 'bad' ? 400 : 503 });
  });
  await sender(topic).send([event('bad'), event('late')]);
  await topic.idle();
  expect(topic.dead).toHaveLength(2);
  expect(topic.dead).toContainEqual({
    event: expect.objectContaining({ id: 'bad' }),
    attempts: 1,
    error: expect.any(Error),
  });
  expect(topic.dead).toContainEqual({
    event: expect.objectContaining({ id: 'late' }),
    attempts: 3,
    error: expect.any(Error),
  });
});

it('delivers batches, which are repeated as a whole', async () => {
  const topic = await start();
  const batches: string[][] = [];
  topic.subscribeBatches(async (events) => {
    batches.push(idsOf(events));
    if (batches.length === 1) throw new Error('again');
  }, 2);
  await sender(topic).send([event('1'), event('2'), event('3')]);
  await topic.idle();
  expect(batches).toEqual([['3', '2'], ['1'], ['3', '2']]);
  for (const max of [0, 5_001]) expect(() => topic.subscribeBatches(async () => {}, max)).toThrow(RangeError);
});

it('by chance, shuffles and delivers twice', async () => {
  let state = 7;
  const random = () => {
    // Park and Miller: the same order each time.
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const topic = await start({ random });
  const got: string[] = [];
  topic.subscribe(async ({ id }) => void got.push(id));
  const sent = Array.from({ length: 100 }, (_, n) => String(n));
  await sender(topic).send(sent.map((id) => event(id)));
  await topic.idle();
  expect(new Set(got)).toEqual(new Set(sent));
  expect(got.length).toBeGreaterThan(100);
  expect(got.slice(0, 10)).not.toEqual(sent.slice(0, 10));
});

it('a stopped topic delivers nothing more', async () => {
  const topic = await start();
  let calls = 0;
  topic.subscribe(async () => {
    calls++;
    await topic.stop();
    throw new Error('again');
  });
  started.length = 0;
  await sender(topic)
    .send([event('1')])
    .catch(() => {});
  await topic.idle();
  expect(calls).toBe(1);
});

it('through a wire, its client knows throttling and hears nothing of a lost reply', async () => {
  const topic = await start();
  const wire = await startWire(topic.endpoint);
  started.push(wire);
  const client = sender({ endpoint: wire.endpoint, key: topic.key });
  await wire.during('throttled', async () => {
    await expect(client.send([event('1')])).rejects.toMatchObject(refused(429, 'TooManyRequests'));
  });
  await wire.during('lostReply', async () => {
    await expect(client.send([event('2')])).rejects.toThrow(/ECONNRESET|hang up/);
  });
  await client.send([event('3')]);
  expect(idsOf(topic.events)).toEqual(['2', '3']);
  expect(wire.calls.map(({ action, status }) => [action, status])).toEqual([
    ['PublishEvents', 200],
    ['PublishEvents', 200],
  ]);
});

function post(
  { endpoint, key }: Pick<EventGrid, 'endpoint' | 'key'>,
  body: string,
  type = 'application/cloudevents-batch+json; charset=utf-8',
): Promise<Response> {
  return fetch(endpoint, {
    method: 'POST',
    headers: { 'aeg-sas-key': key, 'content-type': type },
    body,
  });
}
