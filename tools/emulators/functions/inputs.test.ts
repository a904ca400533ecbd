import type { InvocationContext } from '@azure/functions';
import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { DequeuedMessageItem } from '@azure/storage-queue';
import { afterEach, describe, expect, it } from 'vitest';
import { eventGrid } from './event-grid.ts';
import { http } from './http.ts';
import { inProcessFunctions } from './in-process.ts';
import type { Input } from './rpc.ts';
import { serviceBusInput } from './service-bus-input.ts';
import { storageQueueInput } from './storage-queue-input.ts';
import { fireTimer, startTimerSource } from './timer.ts';

const functions = await inProcessFunctions({ Storage: 'x' });
const { app } = functions;
afterEach(() => functions.clear());

/** What a function with that trigger is given. */
async function given(type: string, input: Input) {
  let found: { input: unknown; metadata: InvocationContext['triggerMetadata'] } | undefined;
  app.generic('given', {
    trigger: { type, name: 'input' },
    handler(one: unknown, { triggerMetadata }: InvocationContext) {
      found = { input: one, metadata: triggerMetadata };
    },
  });
  await functions.invoke('given', input);
  functions.clear();
  return found ?? { input: undefined, metadata: undefined };
}

const busMessage = (fields: Partial<ServiceBusReceivedMessage>) =>
  ({
    body: Buffer.from('{}'),
    deliveryCount: 0,
    enqueuedTimeUtc: new Date('2026-01-02T03:04:05.600Z'),
    sequenceNumber: 7 as never,
    ...fields,
  }) as ServiceBusReceivedMessage;
const bus = (messages: readonly ServiceBusReceivedMessage[], trigger = {}) =>
  given('serviceBusTrigger', serviceBusInput(messages, trigger));

describe('the input of a Service Bus trigger', () => {
  it('is the object in a body of JSON, and any other text as such', async () => {
    expect((await bus([busMessage({ body: Buffer.from('{"a":1}') })])).input).toEqual({ a: 1 });
    expect((await bus([busMessage({ body: Buffer.from('[1,2]') })])).input).toEqual([1, 2]);
    expect((await bus([busMessage({ body: Buffer.from('a: 1') })])).input).toBe('a: 1');
    expect((await bus([busMessage({ body: 'value' })])).input).toBe('value');
    expect((await bus([busMessage({ body: Buffer.from([0xff]) })])).input).toBe('\ufffd');
  });

  it('is bytes where the trigger says so', async () => {
    const body = Buffer.from([0xff, 1]);
    expect((await bus([busMessage({ body })], { dataType: 'binary' })).input).toEqual(body);
    const many = await bus([busMessage({ body })], { dataType: 'binary', cardinality: 'many' });
    expect(many.input).toEqual([body]);
  });

  it('is refused for a body that is a value and no text', () => {
    expect(() => serviceBusInput([busMessage({ body: { a: 1 } })])).toThrow('cannot be bound to a string');
  });

  it('of a batch is a list of objects, which text that is no JSON spoils, unless the trigger asks for text', async () => {
    const bodies = ['{"a":1}', 'text'].map((body) => busMessage({ body: Buffer.from(body) }));
    expect(() => serviceBusInput(bodies, { cardinality: 'many' })).toThrow('uses Json.NET serialization');
    expect((await bus(bodies, { cardinality: 'many', dataType: 'string' })).input).toEqual([
      { a: 1 },
      'text',
    ]);
    expect((await bus(bodies.slice(0, 1), { cardinality: 'many' })).input).toEqual([{ a: 1 }]);
  });

  it('comes with times as .NET writes them, and without what is not there', async () => {
    const { metadata } = await bus([busMessage({ messageId: 'm', deliveryCount: 2, sessionId: 's' })]);
    expect(metadata).toEqual({
      applicationProperties: {},
      deliveryCount: 3,
      enqueuedTime: '2026-01-02T03:04:05.6+00:00',
      enqueuedTimeUtc: '2026-01-02T03:04:05.6',
      expiresAt: '9999-12-31T23:59:59.999+00:00',
      expiresAtUtc: '9999-12-31T23:59:59.999',
      messageId: 'm',
      sequenceNumber: 7,
      sessionId: 's',
      userProperties: {},
    });
  });

  it('of a batch comes with lists, from which what is not there falls out', async () => {
    const messages = [
      busMessage({ messageId: 'm1', deliveryCount: 1 }),
      busMessage({ messageId: 'm2', correlationId: 'c', deliveryCount: 0 }),
    ];
    const { metadata } = await bus(messages, { cardinality: 'many' });
    expect(metadata).toMatchObject({
      messageIdArray: ['m1', 'm2'],
      deliveryCountArray: [2, 1],
      correlationIdArray: ['c'],
      sessionIdArray: [],
      applicationPropertiesArray: [{}, {}],
    });
  });
});

describe('the metadata of a trigger', () => {
  it('hide behind what the body has of their names, and show the rest of it', async () => {
    const body = {
      id: 'event',
      time: '2026-01-02T03:04:05Z',
      data: { b: 2 },
      n: 1,
      ok: true,
      no: null,
      list: [1],
    };
    const message = {
      messageText: JSON.stringify(body),
      messageId: 'm',
      popReceipt: 'p',
      dequeueCount: 2,
      insertedOn: new Date('2026-01-02T03:04:05Z'),
      expiresOn: new Date('2026-01-09T03:04:05Z'),
      nextVisibleOn: new Date('2026-01-02T03:14:05.25Z'),
    } as DequeuedMessageItem;
    const { input, metadata } = await given('queueTrigger', storageQueueInput(message));
    expect(input).toEqual(body);
    expect(metadata).toEqual({
      queueTrigger: body,
      dequeueCount: 2,
      id: 'event',
      popReceipt: 'p',
      insertionTime: '2026-01-02T03:04:05+00:00',
      expirationTime: '2026-01-09T03:04:05+00:00',
      nextVisibleTime: '2026-01-02T03:14:05.25+00:00',
      time: '01/02/2026 03:04:05',
      data: { b: 2 },
      n: 1,
      ok: 'True',
    });
  });

  it('hide behind names that differ from them by their case alone', async () => {
    const body = Buffer.from('{"messageid":"other"}');
    const { metadata } = await bus([busMessage({ body, messageId: 'm' })]);
    expect(metadata).toMatchObject({ messageId: 'other' });
    expect(metadata).not.toHaveProperty('messageid');
  });

  it('stay as they are for a body that only looks like JSON', async () => {
    const { input, metadata } = await bus([busMessage({ body: Buffer.from('{no}'), messageId: 'm' })]);
    expect(input).toBe('{no}');
    expect(metadata).toMatchObject({ messageId: 'm' });
  });
});

describe('Event Grid', () => {
  const event = (id: string) => ({ specversion: '1.0', id, source: '/s', type: 'order.made', data: { id } });

  it('gives each event an invocation, and fails when one of them failed, after all', async () => {
    const seen: unknown[] = [];
    app.eventGrid('grid', {
      handler(one, context) {
        seen.push([one, context.triggerMetadata?.['data']]);
        if (one.id === 'a') throw new Error('not a');
      },
    });
    await expect(eventGrid(functions, 'grid', [event('a'), event('b')])).rejects.toThrow('not a');
    expect(seen).toEqual([
      [event('a'), { id: 'a' }],
      [event('b'), { id: 'b' }],
    ]);
    await eventGrid(functions, 'grid', event('c'));
    expect(seen).toHaveLength(3);
  });

  it('gives a batch to a trigger of many', async () => {
    const seen: unknown[] = [];
    app.eventGrid('grid', { cardinality: 'many', handler: (all: unknown) => void seen.push(all) } as never);
    await eventGrid(functions, 'grid', [event('a'), event('b')]);
    expect(seen).toEqual([[event('a'), event('b')]]);
  });
});

describe('HTTP', () => {
  const url = 'https://app.test/api/orders/7?code=key&empty=';

  it('gives the request, and gets the response', async () => {
    app.http('orders', {
      methods: ['POST'],
      handler: async (request) => ({
        status: 202,
        headers: { 'x-url': request.url, 'x-method': request.method },
        jsonBody: {
          text: await request.text(),
          type: request.headers.get('content-type'),
          query: Object.fromEntries(request.query),
          params: request.params,
        },
      }),
    });
    const headers = { 'Content-Type': 'text/plain' };
    const response = await http(functions, 'orders', {
      method: 'post',
      url,
      headers,
      body: 'ü',
      params: { id: '7' },
    });
    expect(response.status).toBe(202);
    expect(response.headers.get('x-url')).toBe(url);
    expect(response.headers.get('x-method')).toBe('POST');
    expect(await response.json()).toEqual({
      text: 'ü',
      type: 'text/plain',
      query: { code: 'key', empty: '' },
      params: { id: '7' },
    });
    expect((await http(functions, 'orders', { method: 'GET' })).status).toBe(404);
  });

  it('answers 204 for nothing, and 500 for a handler that throws', async () => {
    app.http('silent', { handler: async () => undefined as never });
    expect((await http(functions, 'silent', { method: 'GET' })).status).toBe(204);
    app.http('throwing', {
      handler() {
        throw new Error('no');
      },
    });
    expect((await http(functions, 'throwing', { method: 'GET' })).status).toBe(500);
  });
});

describe('a timer', () => {
  it('tells when it was due, now and before', async () => {
    const seen: unknown[] = [];
    app.timer('tick', { schedule: '0 * * * * *', handler: (timer) => void seen.push(timer) });
    await fireTimer(functions, 'tick', { at: Date.UTC(2026, 0, 2, 3, 4, 0), isPastDue: true });
    expect(seen).toEqual([
      {
        schedule: { adjustForDST: true },
        scheduleStatus: {
          last: '2026-01-02T03:03:00Z',
          next: '2026-01-02T03:04:00Z',
          lastUpdated: '2026-01-02T03:03:00Z',
        },
        isPastDue: true,
      },
    ]);
  });

  it('of a source fires again and again, one at a time, also after a failure', async () => {
    const third = Promise.withResolvers<void>();
    let running = 0;
    let most = 0;
    let fired = 0;
    app.timer('tick', {
      schedule: '0 * * * * *',
      async handler() {
        running += 1;
        most = Math.max(most, running);
        fired += 1;
        if (fired === 3) third.resolve();
        await new Promise((resolve) => setTimeout(resolve));
        running -= 1;
        throw new Error('no');
      },
    });
    const lines: string[] = [];
    const source = startTimerSource({ functions, name: 'tick', everyMs: 1, log: (line) => lines.push(line) });
    await third.promise;
    await source.stop();
    expect(most).toBe(1);
    expect(running).toBe(0);
    expect(source.stats.failed).toBe(source.stats.fired);
    expect(lines).toContain('tick failed: no');
  });
});

describe('a source', () => {
  it('refuses a function that is not there, or has another trigger', async () => {
    app.timer('tick', { schedule: '0 * * * * *', handler() {} });
    await expect(http(functions, 'tick', { method: 'GET' })).rejects.toThrow(
      'The function tick has a timerTrigger, not a httpTrigger.',
    );
    await expect(fireTimer(functions, 'tock')).rejects.toThrow('There is no function tock; there are: tick.');
  });
});
