import type { CloudEvent } from '@xorca/core';
import type { HandlerFixture, HandlerUnderTest, MakeHandler, Verdict } from '@xorca/testing';
import {
  type HttpResponse,
  type LambdaHandler,
  type LambdaOptions,
  lambdaHandler,
  type SqsBatchResponse,
  type SqsRecord,
} from '../../src/index.ts';
import {
  cronEvent,
  eventBridgeEvent,
  fifoRecord,
  httpEvent,
  restEvent,
  snsEnvelope,
  snsEvent,
  sqsRecord,
} from './lambda-events.ts';

// Nothing is kept back of the time that a case gives, and no line of the log is anybody's business here.
const OPTIONS: LambdaOptions = { stopBefore: 0, log: () => {}, runner: { report: () => {} } };

/** What becomes of one text, behind a form of a trigger. */
type Deliver = (
  handler: LambdaHandler,
  bodies: readonly string[],
  context: { getRemainingTimeInMillis(): number } | undefined,
) => Promise<readonly Verdict[]>;

function form(deliver: Deliver, kind: Partial<HandlerUnderTest> = {}): MakeHandler {
  return ({ orchestrator, platform }: HandlerFixture) => {
    const handler = lambdaHandler(orchestrator, platform, OPTIONS) as LambdaHandler;
    return {
      deliver: (bodies, { remainingMs } = {}) => {
        // As Lambda counts: from the beginning of the invocation, by the clock that the case moves.
        const endAt = platform.clock.now() + (remainingMs ?? 0);
        const context = { getRemainingTimeInMillis: () => endAt - platform.clock.now() };
        return deliver(handler, bodies, remainingMs === undefined ? undefined : context);
      },
      wake: () => handler(cronEvent()),
      ...kind,
    };
  };
}

function queue(recordOf: (body: string) => SqsRecord): MakeHandler {
  return form(async (handler, bodies, context) => {
    const Records = bodies.map(recordOf);
    const { batchItemFailures } = (await handler({ Records }, context)) as SqsBatchResponse;
    const again = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    return Records.map(({ messageId }) => (again.has(messageId) ? 'retry' : 'accepted'));
  });
}

/** Each text in an invocation of its own: throwing is all that Lambda heeds. */
function alone(eventOf: (body: string) => unknown, kind: Partial<HandlerUnderTest> = {}): MakeHandler {
  const deliver: Deliver = async (handler, bodies, context) => {
    const verdicts: Verdict[] = [];
    for (const body of bodies) {
      const thrown = await handler(eventOf(body), context).then(
        () => undefined,
        (error: unknown) => error,
      );
      verdicts.push(thrown ? 'retry' : 'accepted');
    }
    return verdicts;
  };
  return form(deliver, { delivers: 'one', order: 'none', ...kind });
}

/** A sender that does what a status tells it. */
function sender(eventOf: (body: string) => unknown, kind: Partial<HandlerUnderTest> = {}): MakeHandler {
  const deliver: Deliver = async (handler, bodies, context) => {
    const verdicts: Verdict[] = [];
    for (const body of bodies) {
      const { statusCode } = (await handler(eventOf(body), context)) as HttpResponse;
      verdicts.push(statusCode >= 500 ? 'retry' : statusCode >= 400 ? 'dead' : 'accepted');
    }
    return verdicts;
  };
  return form(deliver, { delivers: 'one', order: 'none', ...kind });
}

const STRUCTURED = { 'content-type': 'application/cloudevents+json; charset=utf-8' };

/** An event as headers and a body. */
export function binary(event: CloudEvent): [body: string, headers: Record<string, string>] {
  const { data, datacontenttype = 'application/json', ...attributes } = event;
  const headers = Object.entries(attributes).map(([name, value]) => [
    `ce-${name}`,
    encodeURIComponent(String(value)),
  ]);
  return [
    data === undefined ? '' : JSON.stringify(data),
    { ...Object.fromEntries(headers), 'content-type': datacontenttype },
  ];
}

const groupOf = (body: string) => {
  try {
    return String((JSON.parse(body) as CloudEvent | null)?.subject);
  } catch {
    return 'broken';
  }
};

/** Every way in, by its name. */
export const FORMS: Readonly<Record<string, MakeHandler>> = {
  'SQS, the event itself': queue((body) => sqsRecord(body)),
  'SQS, in an envelope of SNS': queue((body) => sqsRecord(snsEnvelope(body))),
  'SQS, in an envelope of EventBridge': queue((body) => sqsRecord(JSON.stringify(eventBridgeEvent(body)))),
  'SQS, in an envelope of EventBridge in one of SNS': queue((body) =>
    sqsRecord(snsEnvelope(JSON.stringify(eventBridgeEvent(body)))),
  ),
  'SQS FIFO, a group for each process': queue((body) => fifoRecord(body, groupOf(body))),
  SNS: alone(snsEvent),
  // A rule matches events that were put on a bus, and those are objects.
  EventBridge: alone((body) => eventBridgeEvent(JSON.parse(body)), { carries: 'events' }),
  'HTTP API, structured': sender((body) => httpEvent(body, STRUCTURED)),
  'REST API, structured': sender((body) => restEvent(body, STRUCTURED)),
  'function URL, structured, as bytes': sender((body) => ({
    ...httpEvent(Buffer.from(body).toString('base64'), STRUCTURED),
    isBase64Encoded: true,
  })),
  // Headers are of an event: a text that is none has no such form.
  'HTTP API, binary': sender((body) => httpEvent(...binary(JSON.parse(body))), { carries: 'events' }),
  'REST API, binary': sender((body) => restEvent(...binary(JSON.parse(body))), { carries: 'events' }),
  // One text that is no JSON makes the whole array none: such a batch has no elements to tell apart.
  'HTTP API, batched': form(
    async (handler, bodies, context) => {
      const type = { 'content-type': 'application/cloudevents-batch+json' };
      const { body } = (await handler(httpEvent(`[${bodies.join(',')}]`, type), context)) as HttpResponse;
      const { results } = JSON.parse(body) as { results: { status: string }[] };
      return results.map(({ status }) =>
        status === 'failed' ? 'retry' : status === 'rejected' ? 'dead' : 'accepted',
      );
    },
    { carries: 'events' },
  ),
};
