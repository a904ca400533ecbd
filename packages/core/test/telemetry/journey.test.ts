import { SpanKind } from '@opentelemetry/api';
import { beforeAll, describe, expect, test } from 'vitest';
import { setup } from 'xstate';
import { z } from 'zod';
import {
  type CloudEvent,
  createCloudEvent,
  createFleet,
  createFleetRunner,
  createOrchestrator,
  createRunner,
  defineCommand,
  fromCommand,
  memoryPublisher,
  memoryStore,
  onCommand,
} from '../../src/index.ts';
import { fetchBook } from '../support/contracts.ts';
import { virtualTime } from '../support/virtual-time.ts';
import { observed, remote, spanIdOf, traceIdOf } from './observed.ts';

const summarise = defineCommand('cmd.books.summarise', {
  input: z.object({ bookId: z.string() }),
  output: z.object({ pages: z.number() }),
});

/** Asks for a summary, which is a process of its own. */
const reader = createOrchestrator({
  name: 'reader',
  startOn: 'cmd.reader.start',
  machines: {
    '1.0.0': setup({ actors: { summarise: fromCommand(summarise) } }).createMachine({
      initial: 'Asking',
      states: {
        Asking: { invoke: { src: 'summarise', input: { bookId: 'opticks' }, onDone: 'Done' } },
        Done: { type: 'final' },
      },
    }),
  },
  onOrchestrationState: { Done: () => ({ type: 'notif.read' }) },
});

/** Asks a fleet, and once more when that does not answer. */
const summary = createOrchestrator({
  name: 'summary',
  startOn: summarise,
  machines: {
    '1.0.0': setup({
      actors: {
        fetchBook: fromCommand(fetchBook, {
          timeout: '30s',
          retry: { attempts: 2, backoff: '1s', jitter: false },
        }),
      },
    }).createMachine({
      initial: 'Fetching',
      states: {
        Fetching: { invoke: { src: 'fetchBook', input: { bookId: 'opticks' }, onDone: 'Done' } },
        Done: { type: 'final' },
      },
      output: { pages: 1 },
    }),
  },
});

const shelf = createFleet({
  source: '/srvc/books',
  handlers: [onCommand(fetchBook, () => ({ pages: ['Light bends.'] }))],
});

/** Leads everything that is sent to whom it is for, and loses the first command of the fleet. */
async function journey() {
  const seen = observed();
  const { telemetry } = seen;
  const clock = virtualTime();
  const { published, ...publisher } = memoryPublisher();
  const platform = { publisher: { ...publisher, published }, clock, timers: clock };
  const runners = {
    reader: createRunner(reader, { ...platform, store: memoryStore() }, { telemetry }),
    summary: createRunner(summary, { ...platform, store: memoryStore() }, { telemetry }),
    shelf: createFleetRunner(shelf, platform, { telemetry }),
  };
  const takers: Readonly<Record<string, keyof typeof runners>> = {
    'cmd.books.summarise': 'summary',
    'cmd.books.fetch': 'shelf',
    'evt.books.fetch.success': 'summary',
    'evt.books.summarise.success': 'reader',
  };
  let delivered = 0;
  let isLost = false;
  async function deliver() {
    for (; delivered < published.length; delivered++) {
      const event = published[delivered] as CloudEvent;
      const taker = takers[event.type];
      if (event.type === 'cmd.books.fetch' && !isLost) isLost = true;
      else if (taker) await runners[taker].handle([event]);
    }
  }
  await runners.reader.handle([
    createCloudEvent({
      type: 'cmd.reader.start',
      source: '/test',
      subject: 'p',
      traceparent: remote('a'),
      tracestate: 'vendor=1',
    }),
  ]);
  await deliver();
  for (let n = 0; n < 2; n++) {
    await clock.advance(31_000);
    await runners.summary.wake();
    await deliver();
  }
  return { ...seen, sent: published };
}

describe('one trace', () => {
  let told: Awaited<ReturnType<typeof journey>>;
  beforeAll(async () => {
    told = await journey();
  });
  const stepOf = (id: string | undefined) => told.spans().find((span) => span.spanContext().spanId === id);

  test('holds every event from the first command to the last', () => {
    expect(told.sent.map(({ type }) => type)).toEqual([
      'cmd.books.summarise',
      'cmd.books.fetch',
      'cmd.books.fetch',
      'evt.books.fetch.success',
      'evt.books.summarise.success',
      'notif.read',
    ]);
    expect(new Set(told.sent.map(traceIdOf))).toEqual(new Set(['a'.repeat(32)]));
    expect(new Set(told.sent.map(({ tracestate }) => tracestate))).toEqual(new Set(['vendor=1']));
  });

  test('has for each event the step or command that made it', () => {
    const makers = told.sent.map((event) => {
      const span = stepOf(spanIdOf(event));
      return [span?.name, span?.attributes['xorca.step'], span?.attributes['xorca.orchestrator']];
    });
    expect(makers).toEqual([
      ['xorca.step', 'event', 'reader'],
      ['xorca.step', 'event', 'summary'],
      ['xorca.step', 'retry', 'summary'],
      ['xorca.command', undefined, undefined],
      ['xorca.step', 'event', 'summary'],
      ['xorca.step', 'event', 'reader'],
    ]);
  });

  test('leads from the last event back to the first, through child process, fleet and timer', () => {
    const way: string[] = [];
    let id = spanIdOf(told.sent.at(-1) as CloudEvent);
    for (let span = stepOf(id); span; span = stepOf(id)) {
      way.push(`${span.name} ${span.attributes['xorca.orchestrator'] ?? span.attributes['xorca.fleet']}`);
      id = span.parentSpanContext?.spanId;
    }
    expect(way).toEqual([
      'xorca.step reader',
      'xorca.handle reader',
      'xorca.step summary',
      'xorca.handle summary',
      'xorca.command /srvc/books',
      'xorca.step summary',
      'xorca.step summary',
      'xorca.handle summary',
      'xorca.step reader',
      'xorca.handle reader',
    ]);
    expect(id).toBe('a'.repeat(16));
  });

  test('shows the fleet as a consumer that sends an answer', () => {
    const command = told.span('xorca.command');
    expect(command).toMatchObject({
      kind: SpanKind.CONSUMER,
      attributes: {
        'xorca.fleet': '/srvc/books',
        'xorca.outcome': 'applied',
        'xorca.answer': 'success',
        'messaging.operation.type': 'process',
        'cloudevents.event_type': 'cmd.books.fetch',
      },
    });
    const answered = told
      .spans('xorca.publish')
      .filter(({ attributes }) => attributes['xorca.fleet'] === '/srvc/books');
    expect(answered.map((span) => span.parentSpanContext?.spanId)).toEqual([command.spanContext().spanId]);
  });
});
