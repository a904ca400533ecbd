import { createHmac, timingSafeEqual } from 'node:crypto';
import { type CloudEvent, XorcaError } from '@xorca/core';
import type { HttpRequest, HttpResponse } from '@xorca/core/handlers';
import { describe, expect, it } from 'vitest';
import { letters, lettersWorld, noted, told } from '../../../core/test/support/letters.ts';
import { binary } from '../../test/support/handler-forms.ts';
import { httpEvent, restEvent } from '../../test/support/lambda-events.ts';
import { httpHandler } from './http-handler.ts';
import type { LambdaOptions } from './lambda-options.ts';

const ONE = { 'content-type': 'application/cloudevents+json' };
const BATCH = { 'content-type': 'application/cloudevents-batch+json' };

async function world(options: LambdaOptions<typeof letters> = {}) {
  const parts = lettersWorld();
  const handler = httpHandler(letters, parts.platform, { ...parts.options, ...options });
  await handler.runner.start({ id: 'p' });
  const send = async (event: unknown) => {
    const { statusCode, headers, body } = (await handler(event)) as HttpResponse;
    return { statusCode, headers, ...(body.startsWith('{') ? JSON.parse(body) : { body }) };
  };
  const post = (events: CloudEvent | readonly unknown[]) =>
    send(httpEvent(JSON.stringify(events), Array.isArray(events) ? BATCH : ONE));
  const notes = async () => (await handler.runner.get('p'))?.context;
  return { log: parts.log, trouble: parts.trouble, handler, send, post, notes };
}

const wrong = () => told('note', 'p', { text: 5 });

describe('httpHandler says for each event what happened', () => {
  it('by 200 when all were taken, also when nobody wanted them', async () => {
    const { post } = await world();
    const [a, b] = [noted('p', 'a'), noted('nobody', 'b')];
    expect(await post([a, b, a])).toEqual({
      statusCode: 200,
      headers: { 'content-type': 'application/json' },
      results: [
        { status: 'applied', id: a.id },
        expect.objectContaining({ status: 'unknown-process', id: b.id }),
        expect.objectContaining({ status: 'duplicate', id: a.id }),
      ],
    });
    expect(await post([])).toMatchObject({ statusCode: 200, results: [] });
  });

  it('by 503, with a time to try again, when any must come again; the log alone says why', async () => {
    const { post, trouble, log } = await world();
    trouble.away = 'p';
    const [a, b, c] = [noted('p', 'a'), noted('nobody', 'b'), noted('p', 'c')];
    const message = 'It was not taken now. Send it again.';
    expect(await post([a, b, wrong(), c])).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '5' },
      results: [
        { status: 'failed', id: a.id, error: { code: 'XORCA_UNAVAILABLE', message } },
        { status: 'unknown-process' },
        { status: 'failed' },
        { status: 'failed', id: c.id },
      ],
    });
    expect(log[0]).toMatchObject({ level: 'warn', trigger: 'http', eventId: a.id, processId: 'p' });
    expect(log[0]?.message).toContain('secret-table');
  });

  it('by 400 when none can ever be taken, with the field that is wrong', async () => {
    const { post, log } = await world();
    const { statusCode, results } = await post(wrong());
    expect(statusCode).toBe(400);
    expect(results).toMatchObject([{ status: 'rejected', error: { code: 'XORCA_INVALID_EVENT' } }]);
    expect(results[0].error.message).toContain('text');
    expect(log).toMatchObject([{ level: 'warn', code: 'XORCA_INVALID_EVENT', processId: 'p' }]);
  });

  it('by 207 when some can never be taken and the others were', async () => {
    const { post, notes } = await world();
    const elements = [7, 'x', noted('p', 'a'), {}, null, wrong(), [noted('p', 'never')], noted('p', 'b')];
    const { statusCode, results } = await post(elements);
    expect(statusCode).toBe(207);
    const bad = 'rejected';
    const statuses = results.map(({ status }: { status: string }) => status);
    expect(statuses).toEqual([bad, bad, 'applied', bad, bad, bad, bad, 'applied']);
    expect(await notes()).toEqual({ notes: ['a', 'b'] });
  });

  it.each([
    ['a body that is no JSON', httpEvent('{"id":', ONE)],
    ['no body', httpEvent('', ONE)],
    ['a batch that is no list', httpEvent('{}', BATCH)],
    ['an attribute that came twice', { ...httpEvent('', {}), headers: { 'ce-id': '1', 'CE-Id': '2' } }],
    [
      'an attribute that came twice to a REST API',
      { ...restEvent('', {}), multiValueHeaders: { 'ce-id': ['1', '2'], 'ce-source': ['/s'] } },
    ],
    ['bytes that are no UTF-8', { ...httpEvent('/////w==', ONE), isBase64Encoded: true }],
  ])('by 400 for %s', async (_, event) => {
    const { send } = await world();
    const { statusCode, results } = await send(event);
    expect(statusCode).toBe(400);
    expect(results).toMatchObject([{ status: 'rejected', error: { code: 'XORCA_INVALID_EVENT' } }]);
  });
});

describe('httpHandler refuses', () => {
  it.each(['GET', 'PUT', 'HEAD', 'DELETE', 'OPTIONS'])(
    'the method %s by 405, with the one that is right',
    async (method) => {
      const { send } = await world();
      for (const make of [httpEvent, restEvent]) {
        expect(await send(make('', {}, method))).toMatchObject({
          statusCode: 405,
          headers: { allow: 'POST' },
        });
      }
    },
  );

  it.each([
    ['no content type', {}],
    ['plain JSON', { 'content-type': 'application/json' }],
    ['a CloudEvent that is no JSON', { 'content-type': 'application/cloudevents+avro' }],
    ['headers of a CloudEvent over a body that is no JSON', { 'ce-id': '1', 'content-type': 'text/plain' }],
  ])('%s by 415', async (_, headers) => {
    const { send, notes } = await world();
    const { statusCode, error } = await send(httpEvent(JSON.stringify(noted('p', 'a')), headers));
    expect([statusCode, error.code]).toEqual([415, 'XORCA_INVALID_EVENT']);
    expect(await notes()).toEqual({ notes: [] });
  });

  it('a body that is too large by 413, counted in bytes, in either payload', async () => {
    const event = noted('p', 'ü'.repeat(50));
    const body = JSON.stringify(event);
    const bytes = Buffer.byteLength(body);
    const small = await world({ maxBodyBytes: bytes - 1 });
    const base64 = { ...httpEvent(Buffer.from(body).toString('base64'), ONE), isBase64Encoded: true };
    for (const one of [httpEvent(body, ONE), restEvent(body, ONE), base64]) {
      const { statusCode, error } = await small.send(one);
      expect(statusCode).toBe(413);
      expect(error.message).toContain(`${bytes} bytes`);
    }
    const fit = await world({ maxBodyBytes: bytes });
    expect(await fit.send(httpEvent(body, ONE))).toMatchObject({ statusCode: 200 });
    expect(await fit.send(base64)).toMatchObject({ statusCode: 200 });
  });

  it('takes events in all three forms, whatever the case of their headers', async () => {
    const { send, notes } = await world();
    const [body, headers] = binary(noted('p', 'a "quoted" ü'));
    const loud = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
    );
    expect(await send(httpEvent(body, loud))).toMatchObject({ statusCode: 200 });
    expect(await send(restEvent(body, { ...loud, 'CE-ID': 'another' }))).toMatchObject({ statusCode: 200 });
    const type = { 'Content-Type': 'Application/CloudEvents+JSON; charset=UTF-8' };
    expect(await send(httpEvent(JSON.stringify(noted('p', 'b')), type))).toMatchObject({ statusCode: 200 });
    expect(await notes()).toEqual({ notes: ['a "quoted" ü', 'a "quoted" ü', 'b'] });
  });
});

describe('httpHandler asks verify', () => {
  const event = () => httpEvent(JSON.stringify(noted('p', 'a')), ONE);

  it('with the request as it came, and lets in what it allows', async () => {
    const seen: HttpRequest[] = [];
    const verify = (request: HttpRequest) => seen.push(request) > 0;
    const { send } = await world({ verify });
    const body = JSON.stringify(noted('p', 'ü'));
    const web = {
      ...httpEvent(Buffer.from(body).toString('base64'), { ...ONE, 'X-Signature': 's' }),
      cookies: ['a=1', 'b=2'],
      isBase64Encoded: true,
    };
    expect(await send(web)).toMatchObject({ statusCode: 200 });
    const rest = { ...restEvent(body, ONE), multiValueHeaders: { ...ONE, 'X-Two': ['1', '2'] } };
    expect(await send(rest)).toMatchObject({ statusCode: 200 });
    expect(seen[0]).toMatchObject({ method: 'POST', path: '/events', event: web });
    expect(seen[0]?.headers).toMatchObject({ ...ONE, 'x-signature': 's', cookie: 'a=1; b=2' });
    expect(seen[1]?.headers).toEqual({ ...ONE, 'x-two': '1, 2' });
    for (const request of seen) {
      expect(Buffer.from(request.body).toString()).toBe(body);
      expect(request.text()).toBe(body);
    }
  });

  it('and can check a signature over the bytes', async () => {
    const sign = (bytes: Uint8Array | string) => createHmac('sha256', 'key').update(bytes).digest();
    const { send } = await world({
      verify: ({ headers, body }) => {
        const given = Buffer.from(headers['x-signature'] ?? '', 'hex');
        const wanted = sign(body);
        return given.length === wanted.length && timingSafeEqual(given, wanted);
      },
    });
    const body = JSON.stringify(noted('p', 'ü'));
    const signed = { ...ONE, 'x-signature': sign(body).toString('hex') };
    expect(await send(httpEvent(body, signed))).toMatchObject({ statusCode: 200 });
    expect(await send(httpEvent(body.replace('ü', 'u'), signed))).toMatchObject({ statusCode: 401 });
    expect(await send(httpEvent(body, ONE))).toMatchObject({ statusCode: 401 });
  });

  it.each([
    ['false', () => false, 401],
    ['nothing', () => undefined as never, 401],
    ['what is merely true-like', () => 'yes' as never, 401],
    ['a status', () => ({ status: 403 }), 403],
    ['a Response', () => new Response('no', { status: 403 }), 403],
    ['a status of success, which refuses all the same', () => ({ status: 200 }), 401],
    ['a throw', () => Promise.reject(new Error('no key')), 401],
    [
      'a throw that passes',
      () => Promise.reject(new XorcaError('XORCA_UNAVAILABLE', 'away', { retryable: true })),
      503,
    ],
  ])('and keeps out what it answers with %s', async (_, verify, status) => {
    const { send, notes } = await world({ verify });
    expect(await send(event())).toMatchObject({ statusCode: status });
    expect(await send(httpEvent('', {}, 'GET'))).toMatchObject({ statusCode: status });
    expect(await notes()).toEqual({ notes: [] });
  });

  it('and logs when it throws', async () => {
    const { send, log } = await world({ verify: () => Promise.reject(new Error('no key')) });
    await send(event());
    expect(log).toEqual([
      {
        level: 'warn',
        message: 'verify of httpHandler threw: no key. The request was not let in.',
        code: 'XORCA_HANDLER',
        trigger: 'http',
      },
    ]);
  });

  it('and passes on the text of a Response', async () => {
    const { handler } = await world({ verify: () => new Response('no entry', { status: 403 }) });
    expect(await handler(event())).toEqual({ statusCode: 403, headers: {}, body: 'no entry' });
  });
});

describe('httpHandler answers the handshake of webhooks', () => {
  const ask = (origin: string, more: Record<string, string> = {}) =>
    httpEvent('', { 'WebHook-Request-Origin': origin, ...more }, 'OPTIONS');

  it('for origins that are allowed, before anybody could prove anything', async () => {
    const allowedOrigins = ['eventgrid.azure.net'];
    const { send } = await world({ allowedOrigins, verify: () => false });
    expect(await send(ask('EventGrid.azure.net'))).toEqual({
      statusCode: 200,
      headers: { allow: 'POST', 'webhook-allowed-origin': 'EventGrid.azure.net' },
      body: '',
    });
    const rated = await send(ask('eventgrid.azure.net', { 'WebHook-Request-Rate': '120' }));
    expect(rated.headers).toMatchObject({ 'webhook-allowed-rate': '*' });
    expect(await send(ask('evil.example'))).toEqual({ statusCode: 403, headers: {}, body: '' });
    // Without an origin it asks for nothing.
    expect(await send(httpEvent('', {}, 'OPTIONS'))).toMatchObject({ statusCode: 401 });
  });

  it('for any origin where all are allowed, and for none by default', async () => {
    const open = await world({ allowedOrigins: ['*'] });
    expect(await open.send(ask('a.example'))).toMatchObject({ statusCode: 200 });
    const closed = await world();
    expect(await closed.send(ask('a.example'))).toMatchObject({ statusCode: 405 });
  });
});

it('httpHandler begins nothing without time: the sender sends it again', async () => {
  const { handler, notes } = await world();
  const event = httpEvent(JSON.stringify(noted('p', 'a')), ONE);
  const late = (await handler(event, { getRemainingTimeInMillis: () => 0 })) as HttpResponse;
  expect(late.statusCode).toBe(503);
  expect(await notes()).toEqual({ notes: [] });
});
