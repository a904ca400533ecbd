import type { CloudEvent, Orchestrator } from '@xorca/core';
import type { HandlerFixture, HandlerUnderTest, MakeHandler, Verdict } from '@xorca/testing';
import { functionsHandler, registerOrchestrator, type TriggerOptions } from '../../src/index.ts';
import { app, invoke, type RpcHttp, registered } from './functions-host.ts';
import {
  busBatch,
  busBytes,
  busMessage,
  gridEvent,
  queueMessage,
  request,
  type Sent,
  tick,
} from './functions-inputs.ts';

/** Sends what a trigger brings to its function. */
type Send = (sent: Sent) => Promise<RpcHttp | undefined>;
/** What becomes of texts, behind a form of a trigger. `dead`: the texts that were put aside. */
type Deliver = (
  send: Send,
  bodies: readonly string[],
  dead: readonly string[],
) => Promise<readonly Verdict[]>;

function form(trigger: TriggerOptions, deliver: Deliver, kind: Partial<HandlerUnderTest>): MakeHandler {
  return ({ orchestrator, platform }: HandlerFixture) => {
    // Functions tells no handler its time: it is an option, so each delivery has a handler made for it.
    const dead: string[] = [];
    const isBatched = 'cardinality' in trigger;
    const sender = (name: string, remainingMs: number | undefined): Send => {
      const timeLimit = Math.max(1, remainingMs ?? 3_600_000);
      const handler = functionsHandler<Orchestrator>(orchestrator, platform, {
        timeLimit,
        stopBefore: timeLimit - (remainingMs ?? timeLimit),
        log: () => {},
        random: () => 0,
        ...(isBatched ? { deadLetters: async ({ body }) => void dead.push(body) } : {}),
        runner: { report: () => {} },
      });
      registered(() => void registerOrchestrator(app, 'f', handler, { trigger }));
      return async ({ data, metadata }) => (await invoke(name, data, metadata)).http;
    };
    return {
      deliver: (bodies, { remainingMs } = {}) => deliver(sender('f', remainingMs), bodies, dead),
      wake: () => sender('f-wake', undefined)(tick),
      ...kind,
    };
  };
}

const thrown = (work: Promise<unknown>): Promise<Verdict> =>
  work.then(
    () => 'accepted',
    () => 'retry',
  );

/** Each text in an invocation of its own. */
function alone(trigger: TriggerOptions, of: (body: string) => Sent, kind: Partial<HandlerUnderTest> = {}) {
  const deliver: Deliver = async (send, bodies) => {
    const verdicts: Verdict[] = [];
    for (const body of bodies) verdicts.push(await thrown(send(of(body))));
    return verdicts;
  };
  return form(trigger, deliver, { delivers: 'one', order: 'none', ...kind });
}

/** The programming model parses JSON, so a text may come back without its spaces. */
function same(body: string): (other: string) => boolean {
  const plain = (text: string) => {
    try {
      return JSON.stringify(JSON.parse(text));
    } catch {
      return text;
    }
  };
  return (other) => plain(other) === plain(body);
}

/** All in one invocation, which is taken or given back as a whole. */
function whole(
  trigger: TriggerOptions,
  of: (bodies: readonly string[]) => Sent,
  kind: Partial<HandlerUnderTest>,
) {
  const deliver: Deliver = async (send, bodies, dead) => {
    const before = dead.length;
    const verdict = await thrown(send(of(bodies)));
    const put = dead.slice(before);
    return bodies.map((body) => (verdict === 'accepted' && put.some(same(body)) ? 'dead' : verdict));
  };
  return form(trigger, deliver, { fails: 'batch', ...kind });
}

const bus = { type: 'serviceBusQueue', queueName: 'q', connection: 'Bus' } as const;
const topic = { type: 'serviceBusTopic', topicName: 't', subscriptionName: 's', connection: 'Bus' } as const;
const STRUCTURED = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
const BATCHED = { 'content-type': 'application/cloudevents-batch+json' };

function binary(event: CloudEvent): Sent {
  const { data, datacontenttype = 'application/json', ...attributes } = event;
  const headers = Object.entries(attributes).map(([name, value]) => [
    `ce-${name}`,
    encodeURIComponent(String(value)),
  ]);
  return request(data === undefined ? '' : JSON.stringify(data), {
    ...Object.fromEntries(headers),
    'content-type': datacontenttype,
  });
}

/** A sender that does what a status tells it. */
function sender(of: (body: string) => Sent, kind: Partial<HandlerUnderTest> = {}): MakeHandler {
  const deliver: Deliver = async (send, bodies) => {
    const verdicts: Verdict[] = [];
    for (const body of bodies) {
      const status = Number((await send(of(body)))?.statusCode);
      verdicts.push(status >= 500 ? 'retry' : status >= 400 ? 'dead' : 'accepted');
    }
    return verdicts;
  };
  return form({ type: 'http' }, deliver, { delivers: 'one', order: 'none', ...kind });
}

/** Every way in, by its name. */
export const FORMS: Readonly<Record<string, MakeHandler>> = {
  'a queue of Service Bus with sessions, in batches': whole(
    { ...bus, cardinality: 'many', isSessionsEnabled: true },
    busBatch,
    {},
  ),
  'a subscription of Service Bus, in batches of bytes': whole(
    { ...topic, cardinality: 'many' },
    busBytes,
    {},
  ),
  'a queue of Service Bus, one by one': alone(bus, (body) => busMessage(body)),
  'a storage queue': alone({ type: 'storageQueue', queueName: 'q', connection: 'S' }, queueMessage),
  // What Event Grid takes are events, and those are objects.
  'Event Grid': alone({ type: 'eventGrid' }, gridEvent, { carries: 'events' }),
  'HTTP, structured': sender((body) => request(body, STRUCTURED)),
  'HTTP, structured, as bytes': sender((body) => request(Buffer.from(body), STRUCTURED)),
  'HTTP, binary': sender((body) => binary(JSON.parse(body)), { carries: 'events' }),
  'HTTP, batched': form(
    { type: 'http' },
    async (send, bodies) => {
      const answer = await send(request(`[${bodies.join(',')}]`, BATCHED));
      const body = Buffer.from(answer?.body?.bytes ?? []).toString();
      const { results } = JSON.parse(body) as { results: { status: string }[] };
      return results.map(({ status }) =>
        status === 'failed' ? 'retry' : status === 'rejected' ? 'dead' : 'accepted',
      );
    },
    { carries: 'events' },
  ),
};
