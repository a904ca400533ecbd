import { type Fleet, memoryPublisher, memoryStore, type Orchestrator } from '@xorca/core';
import type { DeadLetter } from '@xorca/core/handlers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { letters, lettersWorld, noted, shouters, shouting, told } from '../../core/test/support/letters.ts';
import { app, invoke, type RpcHttp, registered } from '../test/support/functions-host.ts';
import {
  busBatch,
  busBytes,
  busMessage,
  gridEvent,
  queueMessage,
  request,
  type Sent,
  tick,
} from '../test/support/functions-inputs.ts';
import { functionsHandler } from './functions-handler.ts';
import type { FunctionsOptions } from './handlers/functions-options.ts';
import { type RegisterNewOptions, registerOrchestrator } from './register-orchestrator.ts';

type Options = Partial<FunctionsOptions<Orchestrator>>;
afterEach(() => vi.restoreAllMocks());

/** An app with a function for each trigger, and a process `p`. Waiting takes no time. */
async function world(more: Options = {}) {
  const { time, trouble, log, platform, options } = lettersWorld();
  const waits: number[] = [];
  const timers = {
    setTimeout(run: () => void, ms: number) {
      waits.push(ms);
      queueMicrotask(run);
    },
    clearTimeout() {},
  };
  const handler = functionsHandler(letters, platform, { ...options, timers, random: () => 1, ...more });
  await handler.runner.start({ id: 'p' });
  registered(() => {
    // Batches by hand: what a user may do, and what registerOrchestrator would not.
    app.serviceBusQueue('letters-batch', {
      queueName: 'b',
      connection: 'Bus',
      cardinality: 'many',
      handler,
    });
    registerOrchestrator(app, 'letters', handler, {
      trigger: [
        { type: 'serviceBusQueue', queueName: 'letters', connection: 'Bus' },
        { type: 'serviceBusTopic', topicName: 't', subscriptionName: 's', connection: 'Bus' },
        { type: 'storageQueue', queueName: 'letters', connection: 'Storage' },
        { type: 'eventGrid' },
        { type: 'http' },
      ],
    });
  });
  const send = ({ data, metadata }: Sent, name: string) => invoke(name, data, metadata);
  const notes = async () => (await handler.runner.get('p'))?.context as { notes: string[] };
  return { time, trouble, log, handler, send, notes, waits };
}

const text = JSON.stringify;
const bodyOf = (http: RpcHttp | undefined) => Buffer.from(http?.body?.bytes ?? []).toString();
const WAYS: Readonly<Record<string, readonly [name: string, of: (body: string) => Sent]>> = {
  'a queue of Service Bus, in batches': ['letters-batch', (body) => busBatch([body])],
  'a queue of Service Bus, as bytes': ['letters-batch', (body) => busBytes([body])],
  'a subscription of Service Bus': ['letters-serviceBusTopic', (body) => busMessage(body)],
  'a storage queue': ['letters-storageQueue', queueMessage],
  'a storage queue in base64': [
    'letters-storageQueue',
    (body) => queueMessage(Buffer.from(body).toString('base64')),
  ],
  'Event Grid': ['letters-eventGrid', gridEvent],
};

describe.each(Object.entries(WAYS))('by %s', (way, [name, of]) => {
  it('an event moves its process', async () => {
    const { send, notes } = await world();
    await send(of(text(noted('p', 'hello'))), name);
    expect(await notes()).toEqual({ notes: ['hello'] });
  });

  it('what nobody wants is taken, and what comes again causes nothing', async () => {
    const { send, notes } = await world();
    const event = noted('p', 'once');
    for (const one of [event, event, told('unheard-of', 'p'), noted('nobody', 'x')]) {
      await send(of(text(one)), name);
    }
    expect(await notes()).toEqual({ notes: ['once'] });
  });

  it('what failed is thrown back, with its code, its process and what becomes of it', async () => {
    const { send, trouble, log } = await world();
    trouble.away = 'p';
    await expect(send(of(text(noted('p', 'x'))), name)).rejects.toMatchObject({
      code: 'XORCA_UNAVAILABLE',
      retryable: true,
      processId: 'p',
      message: expect.stringMatching(/Event "evt.letters.note" with id "letter-\d+".*delivers again/),
    });
    expect(log).toMatchObject([{ level: 'warn', code: 'XORCA_UNAVAILABLE', processId: 'p' }]);
  });

  it('what can never be taken is thrown back, too, until its trigger puts it aside', async () => {
    const { send, log } = await world();
    await expect(send(of(text(told('note', 'p', { text: 5 }))), name)).rejects.toMatchObject({
      code: 'XORCA_INVALID_EVENT',
      retryable: false,
      message: expect.stringMatching(/can never be taken/),
    });
    expect(log).toMatchObject([{ level: 'error', code: 'XORCA_INVALID_EVENT' }]);
  });

  it('what can never be taken goes to deadLetters where there are some, and is done then', async () => {
    const dead: DeadLetter[] = [];
    const { send } = await world({ deadLetters: async (letter) => void dead.push(letter) });
    await send(of(text(told('note', 'p', { text: 5 }))), name);
    expect(dead).toMatchObject([
      { error: { code: 'XORCA_INVALID_EVENT' }, event: { type: 'evt.letters.note' } },
    ]);
    expect(
      way.startsWith('Event') ? 'eventGrid' : way.includes('storage') ? 'storageQueue' : 'serviceBus',
    ).toBe(dead[0]?.trigger);
  });

  it('a wake of a scheduler wakes its process', async () => {
    const { send, time, handler } = await world();
    time.ms += 60_000;
    await send(of(text({ xorca: 'wake', id: 'p', at: time.ms })), name);
    expect((await handler.runner.get('p'))?.value).toBe('Resting');
  });

  it('a wake without a possible id can never be taken', async () => {
    const { send } = await world();
    await expect(send(of(text({ xorca: 'wake', id: '' })), name)).rejects.toMatchObject({
      code: 'XORCA_INVALID_ID',
    });
  });
});

describe('a batch', () => {
  it('is what its trigger says: a message that is a list in JSON is one message, and no event', async () => {
    const { send } = await world();
    for (const [name, of] of [
      ['letters-serviceBusQueue', busMessage],
      ['letters-storageQueue', queueMessage],
      ['letters-eventGrid', gridEvent],
    ] as const) {
      for (const body of ['[]', text([noted('p', 'x')])]) {
        await expect(send(of(body), name)).rejects.toMatchObject({ code: 'XORCA_INVALID_EVENT' });
      }
    }
  });

  it('is thrown back whole when one of it must come again, and nothing is done twice then', async () => {
    const { send, trouble, notes, handler } = await world();
    await handler.runner.start({ id: 'other' });
    const batch = busBatch([text(noted('p', 'one')), text(noted('other', 'x')), text(noted('p', 'two'))]);
    trouble.away = 'other';
    await expect(send(batch, 'letters-batch')).rejects.toMatchObject({ processId: 'other' });
    expect(await notes()).toEqual({ notes: ['one', 'two'] });
    trouble.away = undefined;
    await send(batch, 'letters-batch');
    expect(await notes()).toEqual({ notes: ['one', 'two'] });
    expect((await handler.runner.get('other'))?.context).toEqual({ notes: ['x'] });
  });

  it('says how many of it were not taken', async () => {
    const { send } = await world();
    const batch = busBatch([text(told('note', 'p', { text: 1 })), 'broken', text(noted('p', 'fine'))]);
    await expect(send(batch, 'letters-batch')).rejects.toThrow(/the first of 2/);
  });

  it('has the id and the count of each message in the log', async () => {
    const { send, log } = await world();
    await send(busBatch([text(noted('p', 'a')), 'broken']), 'letters-batch').catch(() => {});
    expect(log).toMatchObject([{ trigger: 'serviceBus', messageId: 'm2', receiveCount: 2 }]);
  });
});

describe('what failed', () => {
  const failing = async (sent: Sent, name: string, more: Options = {}) => {
    const { send, trouble, waits } = await world(more);
    trouble.away = 'p';
    await expect(send(sent, name)).rejects.toMatchObject({ code: 'XORCA_UNAVAILABLE' });
    return waits;
  };
  const event = text(noted('p', 'x'));

  it('is given back the later the more often it came, so that a store that is away for a while makes no dead letters', async () => {
    const waits: unknown[] = [];
    for (const count of [1, 2, 5, 30]) {
      waits.push(...(await failing(busMessage(event, 'm', count), 'letters-serviceBusTopic')));
    }
    expect(waits).toEqual([100, 200, 1_600, 30_000]);
    expect(await failing(queueMessage(event), 'letters-storageQueue')).toEqual([400]);
    expect(await failing(busBatch([event]), 'letters-batch')).toEqual([200]);
  });

  it('is not waited for beyond the time of the invocation, nor where nobody says how often it came', async () => {
    expect(await failing(busMessage(event, 'm', 30), 'letters-serviceBusTopic', { timeLimit: '2s' })).toEqual(
      [2_000],
    );
    expect(await failing(gridEvent(event), 'letters-eventGrid')).toEqual([]);
  });

  it('for good is given back at once', async () => {
    const { send, waits } = await world();
    await send(busMessage('broken', 'm', 9), 'letters-serviceBusTopic').catch(() => {});
    expect(waits).toEqual([]);
  });
});

describe('the log', () => {
  it('of a storage queue has the id and the count of its message', async () => {
    const { send, log } = await world();
    await send(queueMessage('broken'), 'letters-storageQueue').catch(() => {});
    expect(log).toMatchObject([{ trigger: 'storageQueue', messageId: 'q1', receiveCount: 3 }]);
  });

  it('is that of the invocation, one line of JSON a message', async () => {
    const parts = lettersWorld();
    const handler = functionsHandler(letters, parts.platform, {
      stopBefore: 0,
      deadLetters: async () => {},
    });
    registered(() => app.eventGrid('letters', { handler }));
    const { log } = await invoke('letters', { json: '{"specversion":"1.0"}' });
    expect(log.map(({ level }) => level)).toEqual(['warning']);
    expect(JSON.parse(log[0]?.text ?? '')).toMatchObject({ level: 'warn', code: 'XORCA_INVALID_EVENT' });
  });

  it('is the console without an invocation', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const handler = functionsHandler(letters, lettersWorld().platform, { deadLetters: async () => {} });
    await handler({ specversion: '1.0' });
    expect(warn).toHaveBeenCalledTimes(1);
  });
});

describe('Event Grid', () => {
  it('is told to deliver CloudEvents where it delivers in its own schema', async () => {
    const { send } = await world();
    const own = {
      id: '1',
      eventType: 'evt.letters.note',
      subject: 'p',
      eventTime: 'x',
      dataVersion: '1',
      data: {},
    };
    await expect(send(gridEvent(text(own)), 'letters-eventGrid')).rejects.toThrow(/CloudEventSchemaV1_0/);
  });
});

describe('by HTTP', () => {
  const structured = { 'content-type': 'application/cloudevents+json; charset=utf-8' };

  it('an event is answered with what became of it', async () => {
    const { send, notes } = await world();
    const { http } = await send(request(text(noted('p', 'hi')), structured), 'letters-http');
    expect(http).toMatchObject({ statusCode: '200', headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(bodyOf(http))).toMatchObject({ results: [{ status: 'applied' }] });
    expect(await notes()).toEqual({ notes: ['hi'] });
  });

  it('a broken event is 400 beside none, 207 beside others, and a failed one 503', async () => {
    const { send, trouble } = await world();
    const batch = { 'content-type': 'application/cloudevents-batch+json' };
    const bad = told('note', 'p', { text: 1 });
    const status = async (body: unknown, headers: Record<string, string>) =>
      (await send(request(text(body), headers), 'letters-http')).http?.statusCode;
    expect(await status(bad, structured)).toBe('400');
    expect(await status([bad, noted('p', 'x')], batch)).toBe('207');
    trouble.away = 'p';
    expect(await status([noted('p', 'y'), bad], batch)).toBe('503');
  });

  it('bytes and binary events are read as well', async () => {
    const { send, notes } = await world();
    const body = Buffer.from(text(noted('p', 'größer')));
    expect((await send(request(body, structured), 'letters-http')).http?.statusCode).toBe('200');
    const headers = {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': 'b1',
      'ce-source': '/test',
      'ce-type': 'evt.letters.note',
      'ce-subject': 'p',
    };
    expect((await send(request(text({ text: 'binary' }), headers), 'letters-http')).http?.statusCode).toBe(
      '200',
    );
    expect(await notes()).toEqual({ notes: ['größer', 'binary'] });
  });

  it('the handshake of a webhook is answered, for origins that may', async () => {
    const { send } = await world({ allowedOrigins: ['eventgrid.azure.net'] });
    const asks = (origin: string) =>
      send(request('', { 'webhook-request-origin': origin }, 'OPTIONS'), 'letters-http');
    expect((await asks('eventgrid.azure.net')).http).toMatchObject({
      statusCode: '200',
      headers: { 'webhook-allowed-origin': 'eventgrid.azure.net' },
    });
    expect((await asks('evil.example')).http?.statusCode).toBe('403');
  });

  it('verify looks at the request before anything is read of it', async () => {
    const { send, notes } = await world({
      verify: ({ headers, path, method, text: body }) =>
        headers['x-key'] === '1' && path === '/api/orders' && method === 'POST' && body().includes('hi'),
    });
    const sent = (key: string) =>
      send(request(text(noted('p', 'hi')), { ...structured, 'x-key': key }), 'letters-http');
    expect((await sent('2')).http?.statusCode).toBe('401');
    expect((await sent('1')).http?.statusCode).toBe('200');
    expect(await notes()).toEqual({ notes: ['hi'] });
  });
});

describe('a timer', () => {
  it('wakes whatever is due, and throws only when the store cannot be asked', async () => {
    const { send, time, handler, trouble } = await world();
    time.ms += 60_000;
    await send(tick, 'letters-wake');
    expect((await handler.runner.get('p'))?.value).toBe('Resting');
    trouble.away = '*';
    await expect(send(tick, 'letters-wake')).rejects.toMatchObject({ code: 'XORCA_UNAVAILABLE' });
  });

  it('leaves for the next one what could not be woken', async () => {
    const { send, time, trouble, log } = await world();
    time.ms += 60_000;
    trouble.away = 'p';
    await send(tick, 'letters-wake');
    expect(log).toMatchObject([{ level: 'warn', trigger: 'wake', processId: 'p' }]);
  });
});

describe('time', () => {
  it('nothing is begun once the time is over, and the rest is thrown back', async () => {
    const { send, trouble, handler } = await world({
      timeLimit: '10s',
      stopBefore: '1s',
      runner: { concurrency: 1 },
    });
    await handler.runner.start({ id: 'slow' });
    trouble.loadMs = 9_500;
    const batch = busBatch([text(noted('slow', 'a')), text(noted('p', 'b'))]);
    await expect(send(batch, 'letters-batch')).rejects.toMatchObject({ code: 'XORCA_DEADLINE' });
    trouble.loadMs = 0;
    expect((await handler.runner.get('slow'))?.context).toEqual({ notes: ['a'] });
    expect((await handler.runner.get('p'))?.context).toEqual({ notes: [] });
  });

  it('a request has 230 seconds, however long the function may take', async () => {
    const { send, trouble, handler } = await world({ timeLimit: '30m', runner: { concurrency: 1 } });
    await handler.runner.start({ id: 'slow' });
    trouble.loadMs = 235_000;
    const body = text([noted('slow', 'a'), noted('p', 'b')]);
    const { http } = await send(
      request(body, { 'content-type': 'application/cloudevents-batch+json' }),
      'letters-http',
    );
    expect(http?.statusCode).toBe('503');
    expect(JSON.parse(bodyOf(http)).results).toMatchObject([{ status: 'applied' }, { status: 'failed' }]);
  });
});

describe('a fleet', () => {
  it('carries out commands, and gives back the one that failed', async () => {
    const { fleet, shouted } = shouters();
    const publisher = memoryPublisher();
    const store = memoryStore();
    const options: RegisterNewOptions<Fleet> = {
      platform: { publisher },
      runner: { idempotency: { store } },
      trigger: { type: 'serviceBusQueue', queueName: 'q', connection: 'Bus', cardinality: 'many' },
      log: () => {},
      deadLetters: async () => {},
    };
    registered(() => void registerOrchestrator<Fleet>(app, 'shouters', fleet, options));
    const batch = busBatch([text(shouting('p', 'a')), text(shouting('p', 'b'))]);
    await invoke('shouters', batch.data, batch.metadata);
    await invoke('shouters', batch.data, batch.metadata);
    // Of the batch that came again nothing was carried out once more.
    expect(shouted).toEqual(['a', 'b']);
    expect(publisher.published.filter(({ type }) => type.endsWith('.success'))).toHaveLength(4);
  });
});

describe('what is wrong is told', () => {
  it.each<[string, object]>([
    ['Did you mean "timeLimit"?', { timelimit: '5m' }],
    ['timeLimit of functionsHandler must be', { timeLimit: 'long' }],
    ['timeLimit of functionsHandler must be longer', { timeLimit: 0 }],
    ['log of functionsHandler must be a function', { log: 'x' }],
  ])('%s', (words, options) => {
    expect(() => functionsHandler(letters, lettersWorld().platform, options)).toThrow(
      expect.objectContaining({ code: 'XORCA_CONFIG', message: expect.stringContaining(words) }),
    );
  });

  it('a trigger that it does not take', async () => {
    const handler = functionsHandler(letters, lettersWorld().platform);
    await expect(handler({}, { options: { trigger: { type: 'blobTrigger' } } })).rejects.toMatchObject({
      code: 'XORCA_INVALID_EVENT',
      message: expect.stringContaining('"blobTrigger"'),
    });
  });
});
