import fc from 'fast-check';
import { expect, it } from 'vitest';
import { letters, lettersWorld, noted, shouters, shouting, told } from '../../core/test/support/letters.ts';
import { type LambdaResponse, lambdaHandler } from '../src/index.ts';
import { binary } from './support/handler-forms.ts';
import {
  cronEvent,
  eventBridgeEvent,
  fifoRecord,
  httpEvent,
  restEvent,
  snsEnvelope,
  snsEvent,
  sqsRecord,
} from './support/lambda-events.ts';

const RUNS = Number(process.env['XORCA_RUNS'] ?? 2_000);
const SEED = Number(process.env['XORCA_SEED'] ?? Date.now() % 2 ** 31);

const json = fc.jsonValue({ maxDepth: 3 });
const event = fc.constantFrom<() => unknown>(
  () => noted('p', 'a'),
  () => shouting('p', 'a'),
  () => shouting('p', ''),
  () => told('started', 'q'),
  () => told('break', 'p'),
  () => ({ xorca: 'wake', id: 'p', at: 1 }),
  () => ({ xorca: 'wake' }),
  cronEvent,
);
const body = fc.oneof(
  event.map((make) => JSON.stringify(make())),
  json.map((value) => JSON.stringify(value)),
  fc.string(),
);
const enveloped = fc.oneof(
  body,
  body.map(snsEnvelope),
  body.map((text) => JSON.stringify(eventBridgeEvent(text))),
  body.map((text) => snsEnvelope(JSON.stringify(eventBridgeEvent(text)))),
);
const queued = fc.array(
  fc.oneof(
    enveloped.map((text) => sqsRecord(text)),
    fc.tuple(enveloped, fc.constantFrom('g', 'h')).map(([text, group]) => fifoRecord(text, group)),
  ),
  { maxLength: 6 },
);
const headers = fc.dictionary(
  fc.constantFrom(
    'content-type',
    'ce-id',
    'CE-Type',
    'ce-source',
    'ce-subject',
    'ce-specversion',
    '__proto__',
  ),
  fc.oneof(
    fc.constantFrom('application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json'),
    fc.constantFrom('1.0', 'p', '%zz', '"'),
    fc.string(),
  ),
);
const triggers: fc.Arbitrary<unknown> = fc.oneof(
  queued.map((Records) => ({ Records })),
  enveloped.map(snsEvent),
  event.map((make) => eventBridgeEvent(make())),
  json.map((value) => eventBridgeEvent(value)),
  event.map((make) => make()),
  fc.tuple(enveloped, headers).map((call) => httpEvent(...call)),
  fc.tuple(enveloped, headers).map((call) => restEvent(...call)),
  event.map((make) => httpEvent(...binary(make() as Parameters<typeof binary>[0]))),
);

/** A trigger's event with any part of it replaced by something else. */
const mutated = fc.tuple(triggers, json, fc.nat(40)).map(([whole, value, at]) => {
  let left = at;
  return JSON.parse(JSON.stringify(whole), (_, part) => (left-- === 0 ? value : part)) as unknown;
});

const anything = fc.oneof(triggers, mutated, json, fc.constantFrom(undefined, Number.NaN));

function isWellFormed(answer: LambdaResponse, given: unknown): boolean {
  if (answer === undefined) return true;
  if ('batchItemFailures' in answer) {
    const { Records } = given as { Records: { messageId: string }[] };
    const ids = Records.map(({ messageId }) => messageId);
    const again = answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    return again.every((id) => ids.includes(id)) && new Set(again).size === again.length;
  }
  if ('statusCode' in answer) {
    const { results, error } = answer.body === '' ? { error: 1 } : JSON.parse(answer.body);
    return [200, 207, 400, 405, 413, 415, 503].includes(answer.statusCode) && Boolean(results ?? error);
  }
  return typeof answer.woken === 'number' && typeof answer.more === 'boolean';
}

it.each(['an orchestrator', 'a fleet'])(
  'whatever comes in, a handler of %s answers in form or throws a clear error',
  async (kind) => {
    console.log(`seed ${SEED}`);
    await fc.assert(
      fc.asyncProperty(anything, fc.boolean(), async (given, isAway) => {
        const { platform, options, trouble, log } = lettersWorld();
        const what = kind === 'a fleet' ? shouters().fleet : letters;
        const handler = lambdaHandler(what, platform, options);
        if (isAway) trouble.away = '*';
        try {
          expect(isWellFormed(await handler(given), given)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ name: 'XorcaError', code: expect.stringMatching(/^XORCA_/) });
        }
        for (const entry of log) expect(entry).toMatchObject({ code: expect.stringMatching(/^XORCA_/) });
      }),
      { seed: SEED, numRuns: RUNS },
    );
  },
);
