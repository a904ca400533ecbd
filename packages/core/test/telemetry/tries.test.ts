import { SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { conflict } from '../../src/errors.ts';
import { memoryStore } from '../../src/index.ts';
import { nth, world } from '../support/world.ts';
import { observed, remote, traceparentOf } from './observed.ts';
import { ring } from './ring.ts';

const start = { data: { text: 'a secret of the data' }, traceparent: remote('a') };
const ringing = () => {
  const seen = observed();
  return { ...seen, ...world(ring, { telemetry: seen.telemetry }) };
};

test('a lost race shows each try, and is no error', async () => {
  const seen = observed();
  const store = memoryStore();
  let races = 2;
  const w = world(
    ring,
    { telemetry: seen.telemetry, random: () => 0 },
    {
      store: {
        ...store,
        async save(record, expected, effects) {
          if (races-- > 0) throw conflict(record.id, expected);
          return store.save(record, expected, effects);
        },
      },
    },
  );
  await w.send('cmd.ring.start', start);
  const told = seen.spans().filter(({ name }) => /step|save/.test(name));
  expect(
    told.map(({ name, attributes }) => [name, attributes['xorca.attempt'], attributes['xorca.outcome']]),
  ).toEqual([
    ['xorca.step', 1, 'applied'],
    ['xorca.save', 1, 'conflict'],
    ['xorca.step', 2, 'applied'],
    ['xorca.save', 2, 'conflict'],
    ['xorca.step', 3, 'applied'],
    ['xorca.save', 3, 'saved'],
  ]);
  expect(seen.spans().filter(({ status }) => status.code === SpanStatusCode.ERROR)).toEqual([]);
  expect(nth(w.sent, 0)['traceparent']).toBe(traceparentOf(seen.spans('xorca.step')[2] as never));
});

test('a save whose reply was lost has the effects of the try that landed', async () => {
  const seen = observed();
  const store = memoryStore();
  let isLost = true;
  const w = world(
    ring,
    { telemetry: seen.telemetry, random: () => 0 },
    {
      store: {
        ...store,
        async save(record, expected, effects) {
          const revision = await store.save(record, expected, effects);
          if (!isLost) return revision;
          isLost = false;
          throw conflict(record.id, expected);
        },
      },
    },
  );
  expect(await w.send('cmd.ring.start', start)).toMatchObject({ status: 'applied' });
  expect(w.sent).toHaveLength(1);
  expect(nth(w.sent, 0)['traceparent']).toBe(traceparentOf(seen.span('xorca.step')));
});

describe('an error', () => {
  test('of a machine is one of its step and its run, by its code alone', async () => {
    const { send, span, forget } = ringing();
    await send('cmd.ring.start', start);
    forget();
    await send('evt.bad');
    for (const name of ['xorca.step', 'xorca.handle']) {
      expect(span(name)).toMatchObject({
        status: { code: SpanStatusCode.ERROR, message: 'XORCA_MACHINE' },
        attributes: { 'xorca.outcome': 'failed', 'error.type': 'XORCA_MACHINE' },
        events: [{ name: 'exception' }],
      });
    }
    expect(span('xorca.save').status.code).toBe(SpanStatusCode.UNSET);
  });

  test('says its message where that is wanted', async () => {
    const seen = observed({ errorMessages: true });
    const { send } = world(ring, { telemetry: seen.telemetry });
    await send('cmd.ring.start', start);
    await send('evt.bad');
    expect(seen.spans('xorca.step').at(-1)?.status.message).toContain('a secret of the message');
  });

  test('of the bus is one of the publish, which says how much is unsent', async () => {
    const seen = observed();
    const publish = () => Promise.reject(new RangeError('down'));
    const w = world(ring, { telemetry: seen.telemetry }, { publisher: { publish } });
    await w.send('cmd.ring.start', start);
    expect(seen.span('xorca.publish')).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': 'RangeError', 'xorca.unsent': 1 },
    });
    expect(seen.span('xorca.handle').attributes).toMatchObject({ 'error.type': 'XORCA_PUBLISH' });
  });

  test('of an event that cannot be read is a span, too', async () => {
    const { runner, span } = ringing();
    await runner.handle(['no JSON']);
    expect(span('xorca.handle')).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'xorca.outcome': 'rejected', 'error.type': 'XORCA_INVALID_EVENT' },
    });
  });
});
