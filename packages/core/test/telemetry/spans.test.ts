import { context, SpanKind, trace } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace';
import { describe, expect, test } from 'vitest';
import { createCloudEvent, memoryPublisher, memoryStore } from '../../src/index.ts';
import { nth, world } from '../support/world.ts';
import { observed, remote, spanIdOf, traceIdOf, traceparentOf } from './observed.ts';
import { ring } from './ring.ts';

const start = { data: { text: 'a secret of the data' }, traceparent: remote('a') };
const ringing = () => {
  const seen = observed();
  return { ...seen, ...world(ring, { telemetry: seen.telemetry }) };
};

describe('one event', () => {
  test('is one span under the event, with a part for each thing done', async () => {
    const { send, spans, span } = ringing();
    await send('cmd.ring.start', start);
    const handle = span('xorca.handle');
    expect(handle.parentSpanContext).toMatchObject({ spanId: 'a'.repeat(16), isRemote: true });
    const parts = ['xorca.load', 'xorca.step', 'xorca.save', 'xorca.publish', 'xorca.settle'];
    expect(spans().map(({ name }) => name)).toEqual([...parts, 'xorca.handle']);
    for (const name of parts) {
      expect(span(name).parentSpanContext?.spanId).toBe(handle.spanContext().spanId);
      expect(span(name).spanContext().traceId).toBe('a'.repeat(32));
    }
  });

  test('says what was done, by the conventions for messaging', async () => {
    const { send, span } = ringing();
    await send('cmd.ring.start', start);
    const event = { 'messaging.message.id': 'in-1', 'cloudevents.event_type': 'cmd.ring.start' };
    const process = { 'xorca.orchestrator': 'ring', 'xorca.process.id': 'p' };
    expect(span('xorca.handle')).toMatchObject({
      kind: SpanKind.CONSUMER,
      attributes: {
        ...event,
        ...process,
        'messaging.system': 'xorca',
        'messaging.operation.type': 'process',
        'cloudevents.event_source': '/test',
        'xorca.outcome': 'applied',
      },
    });
    expect(span('xorca.step')).toMatchObject({
      kind: SpanKind.INTERNAL,
      attributes: {
        ...event,
        ...process,
        'xorca.step': 'event',
        'xorca.attempt': 1,
        'xorca.outcome': 'applied',
        'xorca.version': '1.0.0',
      },
    });
    expect(span('xorca.publish')).toMatchObject({
      kind: SpanKind.PRODUCER,
      attributes: {
        ...process,
        'messaging.operation.type': 'send',
        'messaging.message.id': 'p/1',
        'cloudevents.event_type': 'notif.a',
      },
    });
    expect(span('xorca.save').attributes).toMatchObject({ 'xorca.outcome': 'saved', 'xorca.attempt': 1 });
  });

  test('says nothing of the data of any event', async () => {
    const { send, spans } = ringing();
    await send('cmd.ring.start', start);
    await send('evt.bad', { data: { text: 'a secret of the data' } });
    const told = spans().map(({ name, attributes, events, status }) => ({
      name,
      attributes,
      events,
      status,
    }));
    expect(JSON.stringify(told)).not.toContain('secret');
  });

  test('gives its effects the trace of its step', async () => {
    const { send, span, sent } = ringing();
    await send('cmd.ring.start', { ...start, tracestate: 'vendor=1' });
    expect(nth(sent, 0)['traceparent']).toBe(traceparentOf(span('xorca.step')));
    expect(nth(sent, 0)['tracestate']).toBe('vendor=1');
    expect(span('xorca.publish').links.map((link) => link.context.spanId)).toEqual([
      span('xorca.step').spanContext().spanId,
    ]);
  });

  test.each([
    ['no trace', undefined],
    ['a malformed trace', '00-xyz'],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
    ['a trace of the forbidden version', remote('b').replace('00-', 'ff-')],
    ['more than the version allows', `${remote('b')}-more`],
  ])('starts a trace when it carries %s', async (_, traceparent) => {
    const { send, span, sent } = ringing();
    await send('cmd.ring.start', traceparent === undefined ? {} : { traceparent });
    expect(span('xorca.handle').parentSpanContext).toBeUndefined();
    expect(nth(sent, 0)['traceparent']).toBe(traceparentOf(span('xorca.step')));
    expect(span('xorca.step').parentSpanContext?.spanId).toBe(span('xorca.handle').spanContext().spanId);
  });

  test('belongs to the trace of its process when it carries none itself', async () => {
    const { send, span, sent, forget } = ringing();
    await send('cmd.ring.start', start);
    const begun = span('xorca.step').spanContext();
    forget();
    await send('evt.next');
    expect(span('xorca.step').parentSpanContext).toMatchObject({ spanId: begun.spanId });
    expect(span('xorca.step').links[0]?.context.spanId).toBe(span('xorca.handle').spanContext().spanId);
    expect(traceIdOf(nth(sent, 1))).toBe('a'.repeat(32));
  });

  test('belongs to its own trace, and names the span that called the runner', async () => {
    const { send, span, tracer } = ringing();
    const caller = tracer.startSpan('caller');
    await context.with(trace.setSpan(context.active(), caller), () => send('cmd.ring.start', start));
    expect(span('xorca.handle').spanContext().traceId).toBe('a'.repeat(32));
    expect(span('xorca.handle').links[0]?.context.spanId).toBe(caller.spanContext().spanId);
  });

  test('without a trace belongs to whoever calls the runner, unless that is over', async () => {
    const { send, spans, tracer } = ringing();
    const caller = tracer.startSpan('caller');
    const within = trace.setSpan(context.active(), caller);
    await context.with(within, () => send('cmd.ring.start', { subject: 'p' }));
    caller.end();
    await context.with(within, () => send('cmd.ring.start', { subject: 'q' }));
    const [first, second] = spans('xorca.handle');
    expect(first?.parentSpanContext?.spanId).toBe(caller.spanContext().spanId);
    expect(second?.parentSpanContext).toBeUndefined();
  });

  test('is the current span wherever its process is at work', async () => {
    const { telemetry, span } = observed();
    const publisher = memoryPublisher();
    const store = memoryStore();
    const during: Record<string, string | undefined> = {};
    const note = <Result>(name: string, result?: Result) => {
      during[name] = trace.getActiveSpan()?.spanContext().spanId;
      return result as Result;
    };
    const w = world(
      ring,
      { telemetry, onSnapshot: () => note('xorca.handle') },
      {
        store: { ...store, load: (id) => note('xorca.load', store.load(id)) },
        publisher: { ...publisher, publish: (events) => note('xorca.publish', publisher.publish(events)) },
      },
    );
    await w.send('cmd.ring.start', start);
    expect(Object.keys(during).sort()).toEqual(['xorca.handle', 'xorca.load', 'xorca.publish']);
    for (const [name, spanId] of Object.entries(during)) expect(span(name).spanContext().spanId).toBe(spanId);
  });

  test('that nobody samples hands its trace on all the same', async () => {
    const { telemetry, spans } = observed({ sampler: new AlwaysOffSampler() });
    const w = world(ring, { telemetry });
    await w.send('cmd.ring.start', start);
    expect(spans()).toEqual([]);
    expect(nth(w.sent, 0)['traceparent']).toMatch(/^00-a{32}-(?!a{16})[0-9a-f]{16}-00$/);
  });
});

describe('several events', () => {
  const next = (id: string, part: object) =>
    createCloudEvent({ type: 'evt.next', source: '/test', subject: 'p', id, ...part });

  test('of two traces are a step in each, and one span that names both', async () => {
    const { runner, send, spans, span, sent, forget } = ringing();
    await send('cmd.ring.start', start);
    forget();
    await runner.handle([
      next('1', { traceparent: remote('b') }),
      next('2', { traceparent: remote('c'), tracestate: 'c=1' }),
    ]);
    const handle = span('xorca.handle');
    expect(handle.parentSpanContext).toBeUndefined();
    expect(handle.links.map((link) => link.context.traceId[0])).toEqual(['b', 'c']);
    expect(handle.attributes).toMatchObject({ 'messaging.batch.message_count': 2 });
    const steps = spans('xorca.step');
    expect(steps.map((step) => step.parentSpanContext?.spanId)).toEqual(['b'.repeat(16), 'c'.repeat(16)]);
    for (const step of steps) expect(step.links[0]?.context.spanId).toBe(handle.spanContext().spanId);
    expect(sent.slice(1).map((event) => event['traceparent'])).toEqual(steps.map(traceparentOf));
    expect(nth(sent, 1)).not.toHaveProperty('tracestate');
    expect(nth(sent, 2)['tracestate']).toBe('c=1');
    expect(span('xorca.publish').links).toHaveLength(2);
  });

  test('of different processes are a span each', async () => {
    const { runner, spans } = ringing();
    const begin = (subject: string) => next(subject, { type: 'cmd.ring.start', subject });
    await runner.handle([begin('p'), begin('q')]);
    const processes = spans('xorca.handle').map(({ attributes }) => attributes['xorca.process.id']);
    expect(processes.sort()).toEqual(['p', 'q']);
  });
});

describe('time', () => {
  test('goes on with the trace of the start, in a wake of its own', async () => {
    const { send, pass, span, sent, forget } = ringing();
    await send('cmd.ring.start', start);
    const begun = span('xorca.step').spanContext();
    await send('evt.next');
    forget();
    await pass(3_600_000);
    const [wake, step] = [span('xorca.wake'), span('xorca.step')];
    expect(wake).toMatchObject({ kind: SpanKind.INTERNAL, attributes: { 'xorca.process.id': 'p' } });
    expect(step.attributes).toMatchObject({ 'xorca.step': 'timer', 'xorca.outcome': 'applied' });
    expect(step.parentSpanContext?.spanId).toBe(begun.spanId);
    expect(step.links[0]?.context.spanId).toBe(wake.spanContext().spanId);
    expect(spanIdOf(nth(sent, 2))).toBe(step.spanContext().spanId);
  });

  test('makes no span while nothing is due', async () => {
    const { send, pass, spans, forget } = ringing();
    await send('cmd.ring.start', start);
    forget();
    await pass(1);
    expect(spans()).toEqual([]);
  });
});

test('what an early event causes in the end belongs to the step that took it in', async () => {
  const { send, spans, sent } = ringing();
  await send('cmd.ring.start', start);
  await send('evt.early', { traceparent: remote('e') });
  await send('evt.next');
  const [, kept] = spans('xorca.step');
  expect(kept?.attributes).toMatchObject({ 'xorca.outcome': 'buffered' });
  expect(nth(sent, 2)).toMatchObject({ type: 'notif.late', traceparent: traceparentOf(kept as never) });
  const early = spans('xorca.step').find(({ attributes }) => attributes['xorca.step'] === 'early');
  expect(early?.parentSpanContext?.spanId).toBe(kept?.spanContext().spanId);
});

test('what somebody in charge does is a span of his, and a step of the process', async () => {
  const { send, runner, span, forget } = ringing();
  await send('cmd.ring.start', start);
  forget();
  await runner.cancel('p');
  expect(span('xorca.control').spanContext().traceId).not.toBe('a'.repeat(32));
  expect(span('xorca.step')).toMatchObject({
    attributes: { 'xorca.step': 'cancel', 'xorca.outcome': 'applied' },
  });
  expect(span('xorca.step').spanContext().traceId).toBe('a'.repeat(32));
});
