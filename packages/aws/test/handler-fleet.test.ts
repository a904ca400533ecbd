import { describe, expect, it } from 'vitest';
import { lettersWorld, shouters, shouting } from '../../core/test/support/letters.ts';
import { type HttpResponse, lambdaHandler } from '../src/index.ts';
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

const FORMS: Readonly<Record<string, (body: string) => unknown>> = {
  SQS: (body) => ({ Records: [sqsRecord(body)] }),
  'SQS in an envelope of SNS': (body) => ({ Records: [sqsRecord(snsEnvelope(body))] }),
  'SQS in an envelope of EventBridge': (body) => ({
    Records: [sqsRecord(JSON.stringify(eventBridgeEvent(JSON.parse(body))))],
  }),
  'SQS FIFO': (body) => ({ Records: [fifoRecord(body, 'p')] }),
  SNS: snsEvent,
  EventBridge: (body) => eventBridgeEvent(JSON.parse(body)),
  'HTTP API, structured': (body) => httpEvent(body, { 'content-type': 'application/cloudevents+json' }),
  'REST API, structured': (body) => restEvent(body, { 'content-type': 'application/cloudevents+json' }),
  'HTTP API, binary': (body) => httpEvent(...binary(JSON.parse(body))),
  'HTTP API, batched': (body) =>
    httpEvent(`[${body}]`, { 'content-type': 'application/cloudevents-batch+json' }),
};

describe.each(Object.entries(FORMS))('a fleet by %s', (_, around) => {
  function world() {
    const { platform, options } = lettersWorld();
    const { fleet, shouted } = shouters();
    const handler = lambdaHandler(fleet, platform, options);
    /** Whether it comes again, as its trigger sees it. */
    const comesAgain = async (event: unknown, remainingMs = 60_000) => {
      try {
        const answer = await handler(around(JSON.stringify(event)), {
          getRemainingTimeInMillis: () => remainingMs,
        });
        if (answer && 'batchItemFailures' in answer) return answer.batchItemFailures.length > 0;
        return ((answer as HttpResponse | undefined)?.statusCode ?? 200) >= 500;
      } catch {
        return true;
      }
    };
    return { comesAgain, shouted, published: platform.publisher.published };
  }

  it('is carried out and answered', async () => {
    const { comesAgain, shouted, published } = world();
    const command = shouting('p', 'a');
    expect(await comesAgain(command)).toBe(false);
    expect(shouted).toEqual(['a']);
    expect(published).toMatchObject([
      { type: 'evt.letters.shout.success', subject: 'p', causationid: command.id, data: { text: 'A' } },
    ]);
  });

  it('is given back when it failed, and when there is no time', async () => {
    const { comesAgain, shouted, published } = world();
    expect(await comesAgain(shouting('p', ''))).toBe(true);
    expect(await comesAgain(shouting('p', 'a'), 0)).toBe(true);
    expect(shouted).toEqual([]);
    expect(published).toEqual([]);
  });

  it('acknowledges what is no command of it', async () => {
    const { comesAgain } = world();
    expect(await comesAgain({ ...shouting('p', 'a'), type: 'cmd.others.do' })).toBe(false);
  });
});

it('a fleet takes wakes by each way that wakes come', async () => {
  const { platform, options } = lettersWorld();
  const handler = lambdaHandler(shouters().fleet, platform, options);
  const counts = { woken: 0, resent: 0, failed: 0, more: false };
  expect(await handler(cronEvent())).toEqual(counts);
  expect(await handler({ xorca: 'wake' })).toEqual(counts);
  expect(await handler({ xorca: 'wake', id: 'p' })).toBeUndefined();
  const Records = [sqsRecord('{"xorca":"wake","id":"p"}'), sqsRecord('{"xorca":"wake"}')];
  expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
});
