import { expect, test } from 'vitest';
import { setup } from 'xstate';
import { z } from 'zod';
import { decodeHttp } from '../../src/backend.ts';
import {
  type CloudEvent,
  createOrchestrator,
  createRunner,
  defineCommand,
  fromCommand,
  memoryPublisher,
  memoryStore,
  type Outcome,
} from '../../src/index.ts';
import { event, shop } from './support.ts';

test('one bad event that drops its batch', async () => {
  const { make, types } = shop();
  const parcel = event('evt.parcel', 'parcel-1');
  const batch = [
    event('evt.begin'),
    null,
    '{"half',
    { ...parcel, id: '' },
    { ...parcel, subject: '\ud800' },
    parcel,
  ];
  const runner = make();
  const outcomes = await runner.handle([...batch, event('evt.begin', 'q', { subject: 'q' })]);
  expect(outcomes.map(({ status }) => status)).toEqual([
    'applied',
    'rejected',
    'rejected',
    'rejected',
    'rejected',
    'applied',
    'applied',
  ]);
  expect((await runner.get('p'))?.context).toEqual({ count: 1 });
  expect(types()).toEqual(['cmd.parcel.send', 'cmd.parcel.send']);
});

test('an event type overridden by its data', async () => {
  const runner = shop().make();
  await runner.handle([event('evt.begin')]);
  const data = { type: 'evt.end', cloudevent: null, data: 'x' };
  const [outcome] = await runner.handle([event('evt.parcel', 'parcel-1', { data })]);
  expect(outcome?.status).toBe('applied');
  expect(await runner.get('p')).toMatchObject({ status: 'active', context: { count: 1 } });
});

test("an orchestrator's own error event routed back to it in a loop", async () => {
  const charge = defineCommand('cmd.card.charge', { input: z.object({}), output: z.object({}) });
  const begin = defineCommand('cmd.order.begin', { input: z.object({}), output: z.object({}) });
  const machine = setup({ actors: { charge: fromCommand(charge) } }).createMachine({
    initial: 'Charging',
    states: {
      Charging: {
        invoke: { id: 'charge', src: 'charge', input: {} },
        on: {
          // Its own error, and every other one, would begin the work anew.
          'evt.*': { target: 'Charging', reenter: true },
          'evt.bad': {
            actions: () => {
              throw new Error('a machine that cannot take this');
            },
          },
        },
      },
    },
  });
  const publisher = memoryPublisher();
  const orchestrator = createOrchestrator({ name: 'order', machines: { '1': machine }, startOn: begin });
  const runner = createRunner(orchestrator, { store: memoryStore(), publisher });
  const start = event(begin.type, 'start', { data: {} });

  // A bus that hands everything to everybody, the sender too. An event that fails is given again, as a queue would.
  const outcomes: Outcome[] = [];
  async function deliver(events: readonly CloudEvent[]): Promise<void> {
    const before = publisher.published.length;
    outcomes.push(...(await runner.handle(events)));
    expect(publisher.published.length).toBeLessThan(20);
    const own = publisher.published.slice(before);
    if (own.length > 0) await deliver(own);
  }
  await deliver([start]);
  for (let n = 0; n < 5; n++) await deliver([event('evt.bad')]);
  // A step that failed tells nobody: neither a command nor an error went out.
  expect(publisher.published.map(({ type }) => type)).toEqual(['cmd.card.charge']);
  const [command] = publisher.published;
  await deliver([
    event(charge.failure, 'refused', { causationid: command?.id ?? '', data: { reason: 'no' } }),
  ]);
  expect(publisher.published.map(({ type }) => type)).toEqual(['cmd.card.charge', 'evt.order.begin.error']);
  expect(outcomes.at(-1)).toMatchObject({ status: 'unhandled', event: { type: 'evt.order.begin.error' } });
  expect(await runner.get('p')).toMatchObject({ status: 'error' });
});

test('multi-byte characters split across chunks', () => {
  const sent = event('evt.parcel', 'parcel-1', { data: { to: 'Zoë 東京 🦁' } });
  const bytes = new TextEncoder().encode(JSON.stringify(sent));
  const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
  for (const size of [1, 2, 3, 5, 7]) {
    const body: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += size) body.push(bytes.subarray(at, at + size));
    expect(decodeHttp({ headers, body })).toEqual([{ event: sent }]);
  }
});
