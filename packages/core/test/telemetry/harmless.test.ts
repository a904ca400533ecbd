import { describe, expect, test } from 'vitest';
import {
  createCloudEvent,
  createFleet,
  createFleetRunner,
  memoryPublisher,
  onCommand,
  type Telemetry,
  type TelemetrySpan,
  type XorcaError,
} from '../../src/index.ts';
import { openTelemetry } from '../../src/open-telemetry.ts';
import { fetchBook } from '../support/contracts.ts';
import { nth, world } from '../support/world.ts';
import { remote } from './observed.ts';
import { ring } from './ring.ts';

function fail(): never {
  throw new Error('telemetry is broken');
}

const silent: TelemetrySpan = { begin: () => silent, within: (work) => work(), end() {} };
const all = (span: Partial<TelemetrySpan>): Telemetry => {
  const made: TelemetrySpan = { ...silent, begin: () => made, ...span };
  return { begin: () => made };
};

/** Ways to be broken. */
const BROKEN: Record<string, Telemetry> = {
  'that throws when anything begins': { begin: fail, due: fail },
  'that throws when a part begins': all({ begin: fail }),
  'that throws before it lets anybody work': all({ within: fail }),
  'that throws after it let somebody work': all({
    within(work) {
      work();
      return fail();
    },
  }),
  'that throws at each end': all({ end: fail }),
  'whose spans are nothing': { begin: () => undefined as never },
  'whose trace throws': {
    begin: () => ({
      ...silent,
      get trace(): never {
        return fail();
      },
    }),
  },
};

describe.each(Object.entries(BROKEN))('telemetry %s', (_, telemetry) => {
  test('harms no process, and is reported once', async () => {
    const reports: XorcaError[] = [];
    const w = world(ring, { telemetry, report: (error) => void reports.push(error) });
    expect(await w.send('cmd.ring.start', { traceparent: remote('a') })).toMatchObject({ status: 'applied' });
    expect(await w.send('evt.next')).toMatchObject({ status: 'applied' });
    expect(await w.send('evt.bad')).toMatchObject({ status: 'unhandled' });
    await w.pass(3_600_000);
    expect(w.sent.map(({ type, id }) => [type, id])).toEqual([
      ['notif.a', 'p/1'],
      ['notif.b', 'p/2'],
      ['notif.late', 'p/3'],
    ]);
    expect(nth(w.sent, 0)['traceparent']).toBe(remote('a'));
    expect(reports.map(({ code, message }) => [code, /telemetry/.test(message)])).toEqual([
      ['XORCA_UNAVAILABLE', true],
    ]);
  });

  test('harms no fleet, and is reported once', async () => {
    const reports: XorcaError[] = [];
    const publisher = memoryPublisher();
    let calls = 0;
    const handler = onCommand(fetchBook, () => {
      calls++;
      return { pages: [] };
    });
    const fleet = createFleet({ source: '/srvc/books', handlers: [handler] });
    const runner = createFleetRunner(
      fleet,
      { publisher },
      { telemetry, report: (error) => void reports.push(error) },
    );
    const command = { type: fetchBook.type, source: '/test', subject: 'p', data: { bookId: 'a' } };
    await runner.handle([
      createCloudEvent({ ...command, traceparent: remote('a') }),
      createCloudEvent(command),
    ]);
    expect(publisher.published.map(({ type }) => type)).toEqual([fetchBook.success, fetchBook.success]);
    expect(nth(publisher.published, 0)['traceparent']).toBe(remote('a'));
    expect(calls).toBe(2);
    expect(reports).toHaveLength(1);
  });
});

test('telemetry that calls the work twice, or later, gets it done once', async () => {
  const later: Array<() => unknown> = [];
  for (const within of [
    (work: () => unknown) => [work(), work()],
    (work: () => unknown) => void later.push(work),
  ]) {
    const w = world(ring, { telemetry: all({ within: within as never }) });
    await w.send('cmd.ring.start');
    for (const work of later) work();
    expect(w.sent.map(({ id }) => id)).toEqual(['p/1']);
  }
});

test.each([
  ['no text', { traceparent: 7 }],
  ['a control character', { traceparent: '00-\u0000' }],
  ['nothing', { traceparent: '' }],
])('a trace of %s never gets into events', async (_, trace) => {
  const w = world(ring, { telemetry: all({ trace: trace as never }) });
  await w.send('cmd.ring.start', { traceparent: remote('a') });
  expect(nth(w.sent, 0)['traceparent']).toBe(remote('a'));
});

test('a report that throws does not make it worse', async () => {
  const w = world(ring, { telemetry: { begin: fail }, report: fail });
  expect(await w.send('cmd.ring.start')).toMatchObject({ status: 'applied' });
});

describe.each([
  ['without telemetry', {}],
  ['with OpenTelemetry but no SDK', { telemetry: openTelemetry() }],
])('%s', (_, options) => {
  test('a trace passes through an orchestrator as it came, also over timers', async () => {
    const w = world(ring, options);
    const trace = { traceparent: remote('a'), tracestate: 'vendor=1,other=2' };
    await w.send('cmd.ring.start', trace);
    await w.send('evt.next', { traceparent: remote('b') });
    await w.pass(3_600_000);
    expect(nth(w.sent, 0)).toMatchObject(trace);
    expect(nth(w.sent, 1)['traceparent']).toBe(remote('b'));
    expect(nth(w.sent, 1)).not.toHaveProperty('tracestate');
    expect(nth(w.sent, 2)).toMatchObject(trace);
  });

  test('an event without a trace causes none', async () => {
    const w = world(ring, options);
    await w.send('cmd.ring.start');
    expect(nth(w.sent, 0)).not.toHaveProperty('traceparent');
  });
});
