import { expect, test } from 'vitest';
import { fromPromise, setup } from 'xstate';
import { createOrchestrator, memoryStore, orchestrateCloudEvents } from '../../src/index.ts';
import { nth, world } from '../support/world.ts';
import { observed, remote, traceparentOf } from './observed.ts';
import { ring } from './ring.ts';

const start = { traceparent: remote('a') };
const asking = createOrchestrator({
  name: 'asking',
  startOn: 'cmd.ask',
  machines: {
    '1.0.0': setup({ actors: { ask: fromPromise(() => Promise.resolve('yes')) } }).createMachine({
      initial: 'Asking',
      states: { Asking: { invoke: { src: 'ask', onDone: 'Done' } }, Done: { type: 'final' } },
    }),
  },
  onOrchestrationState: { Done: () => ({ type: 'notif.done' }) },
});

test('a promise is a step in the trace of the start', async () => {
  const { telemetry, spans } = observed();
  const w = world(asking, { telemetry });
  await w.send('cmd.ask', start);
  const [promise, begun] = ['promise', 'event'].map((step) =>
    spans('xorca.step').find(({ attributes }) => attributes['xorca.step'] === step),
  );
  expect(promise?.attributes).toMatchObject({ 'xorca.outcome': 'applied' });
  expect(promise?.parentSpanContext?.spanId).toBe(begun?.spanContext().spanId);
  expect(nth(w.sent, 0)).toMatchObject({ type: 'notif.done', traceparent: traceparentOf(promise as never) });
});

test('a promise that is cut off says so', async () => {
  const { telemetry, spans } = observed();
  const never = createOrchestrator({
    name: 'never',
    startOn: 'cmd.ask',
    machines: {
      '1.0.0': setup({ actors: { ask: fromPromise(() => new Promise<never>(() => {})) } }).createMachine({
        initial: 'Asking',
        states: { Asking: { invoke: { src: 'ask' } } },
      }),
    },
  });
  await world(never, { telemetry, promiseBudget: '200ms' }).send('cmd.ask');
  const outcomes = spans('xorca.step').map(({ attributes }) => [
    attributes['xorca.step'],
    attributes['xorca.outcome'],
  ]);
  expect(outcomes).toEqual([
    ['event', 'applied'],
    ['promise', 'cut-off'],
  ]);
});

test('a deadline that passes is a step of its own', async () => {
  const { telemetry, spans } = observed();
  const short = createOrchestrator({
    name: 'short',
    startOn: 'cmd.ask',
    deadline: '1h',
    machines: { '1.0.0': setup({}).createMachine({ initial: 'A', states: { A: { on: { 'evt.a': {} } } } }) },
  });
  const w = world(short, { telemetry });
  await w.send('cmd.ask', start);
  await w.pass(3_600_000);
  const passed = spans('xorca.step').at(-1);
  expect(passed?.attributes).toMatchObject({ 'xorca.step': 'deadline', 'xorca.outcome': 'applied' });
  expect(passed?.spanContext().traceId).toBe('a'.repeat(32));
});

test('what is redriven is a step of the event that had failed', async () => {
  const { telemetry, spans } = observed();
  const w = world(ring, { telemetry });
  await w.send('cmd.ring.start', start);
  await w.send('evt.bad', { traceparent: remote('b') });
  await w.runner.redrive('p');
  const again = spans('xorca.step').filter(
    ({ attributes }) => attributes['cloudevents.event_type'] === 'evt.bad',
  );
  expect(again.map((span) => span.parentSpanContext?.spanId[0])).toEqual([expect.any(String), 'b']);
  expect(new Set(again.map((span) => span.spanContext().traceId))).toEqual(new Set(['b'.repeat(32)]));
});

test('a remembered record needs no load, and shows none', async () => {
  const { telemetry, spans, forget } = observed();
  const w = world(ring, { telemetry, warm: 10 });
  await w.send('cmd.ring.start', start);
  forget();
  expect(await w.send('evt.next', { traceparent: remote('b') })).toMatchObject({ status: 'applied' });
  expect(spans().map(({ name }) => name)).not.toContain('xorca.load');
  expect(nth(w.sent, 1)['traceparent']).toBe(traceparentOf(spans('xorca.step')[0] as never));
});

test('the plain function has it, too', async () => {
  const { telemetry, span, spans } = observed();
  const logic = setup({}).createMachine({ initial: 'A', states: { A: { on: { 'evt.a': {} } } } });
  const { eventsToEmit, confirm } = await orchestrateCloudEvents(
    {
      statemachine: { version: '1.0.0', logic },
      storage: memoryStore(),
      telemetry,
      onOrchestrationState: { A: () => ({ type: 'cmd.a' }) },
    },
    [],
    [{ subject: 'p' }],
  );
  await confirm();
  expect(eventsToEmit.map((event) => event['traceparent'])).toEqual([traceparentOf(span('xorca.step'))]);
  expect(spans('xorca.publish')).toEqual([]);
});
