import fc from 'fast-check';
import { expect, it } from 'vitest';
import { letters, lettersWorld, noted, shouters, shouting, told } from '../../core/test/support/letters.ts';
import { type FunctionsHandler, functionsHandler, registerOrchestrator } from '../src/index.ts';
import { app, invoke, registered } from './support/functions-host.ts';
import {
  busBatch,
  busBytes,
  busMessage,
  gridEvent,
  queueMessage,
  request,
  type Sent,
  tick,
} from './support/functions-inputs.ts';

const RUNS = Number(process.env['XORCA_RUNS'] ?? 1_000);
const SEED = Number(process.env['XORCA_SEED'] ?? Date.now() % 2 ** 31);

const text = fc.oneof(
  fc
    .constantFrom<() => unknown>(
      () => noted('p', 'a'),
      () => shouting('p', 'a'),
      () => shouting('p', ''),
      () => told('started', 'q'),
      () => told('break', 'p'),
      () => ({ xorca: 'wake', id: 'p', at: 1 }),
      () => ({ xorca: 'wake' }),
      () => [noted('p', 'a')],
    )
    .map((make) => JSON.stringify(make())),
  fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
  fc.string(),
);
const headers = fc.dictionary(
  fc.constantFrom('content-type', 'ce-id', 'ce-type', 'ce-source', 'ce-subject', 'ce-specversion'),
  fc.oneof(
    fc.constantFrom('application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json'),
    fc.constantFrom('1.0', 'p', '%zz', '"'),
  ),
);
const method = fc.constantFrom('POST', 'POST', 'OPTIONS', 'GET');
const sent: fc.Arbitrary<readonly [name: string, sent: Sent]> = fc.oneof(
  fc.array(text, { maxLength: 6 }).map((all) => ['batch', busBatch(all)] as const),
  fc.array(text, { maxLength: 6 }).map((all) => ['batch', busBytes(all)] as const),
  text.map((one) => ['f-serviceBusQueue', busMessage(one)] as const),
  text.map((one) => ['f-storageQueue', queueMessage(one)] as const),
  text.map((one) => ['f-storageQueue', queueMessage(Buffer.from(one).toString('base64'))] as const),
  fc.jsonValue().map((one) => ['f-eventGrid', gridEvent(JSON.stringify(one))] as const),
  fc.tuple(text, headers, method).map((call) => ['f-http', request(...call)] as const),
  fc.constant(['f-wake', tick] as const),
);

function register(handler: FunctionsHandler): void {
  const bus = { queueName: 'q', connection: 'Bus' } as const;
  registerOrchestrator(app, 'f', handler, {
    trigger: [
      { type: 'serviceBusQueue', ...bus },
      { type: 'storageQueue', ...bus },
      { type: 'eventGrid' },
      { type: 'http' },
    ],
  });
  app.serviceBusQueue('batch', { ...bus, cardinality: 'many', handler });
}

it.each(['an orchestrator', 'a fleet'])(
  'whatever comes in, a handler of %s answers in form or throws a clear error',
  async (kind) => {
    console.log(`seed ${SEED}`);
    await fc.assert(
      fc.asyncProperty(sent, fc.boolean(), async ([name, { data, metadata }], isAway) => {
        const { platform, options, trouble, log } = lettersWorld();
        const what = kind === 'a fleet' ? shouters().fleet : letters;
        const handler = functionsHandler(what, platform, { ...options, random: () => 0 });
        registered(() => register(handler));
        if (isAway) trouble.away = '*';
        try {
          const { http } = await invoke(name, data, metadata);
          if (name === 'f-http') {
            expect(['200', '207', '400', '405', '413', '415', '503']).toContain(http?.statusCode);
          }
        } catch (error) {
          // Over HTTP it is answered, and never thrown.
          expect(name).not.toBe('f-http');
          expect(error).toMatchObject({ name: 'XorcaError', code: expect.stringMatching(/^XORCA_/) });
        }
        for (const entry of log) expect(entry).toMatchObject({ code: expect.stringMatching(/^XORCA_/) });
      }),
      { seed: SEED, numRuns: RUNS },
    );
  },
);
