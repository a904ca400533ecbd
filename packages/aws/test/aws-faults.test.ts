import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { CloudEvent } from '@xorca/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CREDENTIALS } from '../../../tools/emulators/aws/credentials.ts';
import { startEventBridge } from '../../../tools/emulators/aws/event-bridge.ts';
import { startFauxqs } from '../../../tools/emulators/aws/fauxqs.ts';
import { startScheduler } from '../../../tools/emulators/aws/scheduler.ts';
import { startSqs } from '../../../tools/emulators/aws/sqs.ts';
import { startWire } from '../../../tools/emulators/aws/wire.ts';
import type { Emulator } from '../../../tools/emulators/emulator.ts';
import type { Wire } from '../../../tools/emulators/wire.ts';
import { awsScheduler, eventBridgePublisher, snsPublisher, sqsPublisher } from '../src/index.ts';

const event = { specversion: '1.0', id: 'p/1', source: '/o', type: 'cmd.a', subject: 'p' } as CloudEvent;
const failedOf = async (p: Promise<void>) =>
  p.then(
    () => [],
    (e) => {
      if (!e.failed) throw e;
      return e.failed as { id: string; reason: string; retryable: boolean }[];
    },
  );
let sqs: Emulator, faux: Emulator, wire: Wire, snsWire: Wire;
let client: SQSClient, direct: SQSClient, sns: SNSClient;
const config = (endpoint: string) => ({ ...CREDENTIALS, endpoint, maxAttempts: 1 });
beforeAll(async () => {
  sqs = await startSqs();
  faux = await startFauxqs();
  wire = await startWire(sqs.endpoint);
  snsWire = await startWire(faux.endpoint);
  client = new SQSClient(config(wire.endpoint));
  direct = new SQSClient(config(sqs.endpoint));
  sns = new SNSClient(config(snsWire.endpoint));
});
afterAll(async () => {
  await wire.stop();
  await snsWire.stop();
  await sqs.stop();
  await faux.stop();
});
let n = 0;
const newQueue = async () =>
  (await direct.send(new CreateQueueCommand({ QueueName: `q${++n}` }))).QueueUrl ?? '';

describe('one bad event', () => {
  it('that is there twice is named once', async () => {
    const p = sqsPublisher({ queueUrl: await newQueue(), client });
    const big = { ...event, data: 'x'.repeat(1_100_000) };
    expect(await failedOf(p.publish([big, big]))).toHaveLength(1);
  });
});
describe('a batch of which the first entry is refused for now', () => {
  // Refuses the first entry that it ever gets, and takes the rest of the batch, as SQS and SNS may.
  function refusingOnce() {
    const taken: string[] = [];
    let isFirst = true;
    const send = async ({ input }: { input: Record<string, { Id: string }[]> }) => {
      const entries = input['Entries'] ?? input['PublishBatchRequestEntries'] ?? [];
      const Failed = isFirst ? [{ Id: entries[0]?.Id, Code: 'InternalError', SenderFault: false }] : [];
      for (const entry of isFirst ? entries.slice(1) : entries) {
        const { MessageBody, Message } = entry as { MessageBody?: string; Message?: string };
        taken.push((JSON.parse(MessageBody ?? Message ?? '') as CloudEvent).id);
      }
      isFirst = false;
      return { Failed };
    };
    return { taken, client: { send } as never };
  }
  const both = [event, { ...event, id: 'p/2' }];
  const timers = { setTimeout: (run: () => void) => run(), clearTimeout: () => undefined };

  it('keeps the order of a subject in a FIFO queue and a FIFO topic', async () => {
    const queue = refusingOnce();
    const queueUrl = 'https://sqs.eu-central-1.amazonaws.com/1/q.fifo';
    await sqsPublisher({ queueUrl, client: queue.client, timers }).publish(both);
    expect(queue.taken).toEqual(['p/1', 'p/2']);
    const topic = refusingOnce();
    const topicArn = 'arn:aws:sns:eu-central-1:1:t.fifo';
    await snsPublisher({ topicArn, client: topic.client, timers }).publish(both);
    expect(topic.taken).toEqual(['p/1', 'p/2']);
  });
});
describe('an event that has no JSON, or is none', () => {
  for (const [name, bad] of Object.entries({
    bigint: { ...event, id: 'bad', data: 1n },
    noType: { ...event, id: 'bad', type: undefined },
  }))
    it(`${name} is refused alone`, async () => {
      const bus = await startEventBridge();
      const p = eventBridgePublisher({ client: new EventBridgeClient(config(bus.endpoint)) });
      const failed = await failedOf(p.publish([event, bad as never, { ...event, id: 'p/2' }]));
      expect(failed.map(({ id, retryable }) => [id, retryable])).toEqual([['bad', false]]);
      expect(bus.taken).toHaveLength(2);
      await bus.stop();
    });
});
describe('a call that is refused for what no event can help goes later', () => {
  for (const code of [
    'KmsDisabled',
    'KmsThrottled',
    'KmsInvalidState',
    'KmsNotFound',
    'KmsOptInRequired',
    'UnsupportedOperation',
    'InvalidAddress',
    'InvalidSecurity',
  ])
    it(`SQS ${code}`, async () => {
      const p = sqsPublisher({ queueUrl: await newQueue(), client });
      const failed = await wire.during(
        { status: 400, body: { __type: `com.amazonaws.sqs#${code}`, message: 'x' } },
        () => failedOf(p.publish([event, { ...event, id: 'p/2' }])),
      );
      expect(failed.map((f) => f.retryable)).toEqual([true, true]);
    });
  for (const code of [
    'KMSDisabled',
    'KMSThrottling',
    'KMSInvalidState',
    'KMSNotFound',
    'KMSOptInRequired',
    'InvalidSecurity',
  ])
    it(`SNS ${code}`, async () => {
      const p = snsPublisher({ topicArn: 'arn:aws:sns:eu-central-1:000000000000:t', client: sns });
      const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>x</Message></Error><RequestId>r</RequestId></ErrorResponse>`;
      const failed = await snsWire.during({ status: 400, body }, () => failedOf(p.publish([event])));
      expect(failed.map((f) => f.retryable)).toEqual([true]);
    });
  it('SNS InvalidParameter about the topic', async () => {
    const p = snsPublisher({ topicArn: 'arn:aws:sns:eu-central-1:000000000000:t', client: sns });
    const body = `<ErrorResponse><Error><Type>Sender</Type><Code>InvalidParameter</Code><Message>Invalid parameter: TopicArn</Message></Error><RequestId>r</RequestId></ErrorResponse>`;
    const failed = await snsWire.during({ status: 400, body }, () => failedOf(p.publish([event])));
    expect(failed.map((f) => f.retryable)).toEqual([true]);
  });
});
describe('what EventBridge says of an entry', () => {
  const answers = async (ErrorCode: string) => {
    const fake = {
      send: async (c: { input: { Entries: unknown[] } }) => ({
        Entries: c.input.Entries.map(() => ({ ErrorCode, ErrorMessage: 'm' })),
      }),
    };
    return failedOf(eventBridgePublisher({ client: fake as never }).publish([event]));
  };
  for (const [code, retryable] of Object.entries({
    NotAuthorizedForDetailTypeException: false,
    NotAuthorizedForSourceException: false,
    MalformedDetail: false,
    InvalidArgument: false,
    AccessDeniedException: true,
    InternalFailure: true,
    ThrottlingException: true,
    RedactionFailure: true,
    InvalidAccountIdException: true,
  }))
    it(`${code}`, async () => expect((await answers(code))[0]?.retryable).toBe(retryable));
  it('a missing right is told with its action', async () =>
    expect((await answers('AccessDeniedException'))[0]?.reason).toContain('events:PutEvents'));
});
describe('a wake of any id comes in characters that SQS takes', () => {
  for (const id of ['\uffff', '\ufffe', '\u0000', '\u007f', 'Ü'.repeat(4096)])
    it(JSON.stringify(id.slice(0, 4)), async () => {
      const queueUrl = await newQueue();
      await awsScheduler({ queueUrl, client }).wake(id, 0);
      const { Messages = [] } = await direct.send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 1 }),
      );
      expect(JSON.parse(Messages[0]?.Body ?? '{}').id).toBe(id);
      expect(
        /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u.test(Messages[0]?.Body ?? '\u0000'),
      ).toBe(true);
    });
});
describe('schedules', () => {
  const world = async () => {
    const now = 1_800_000_000_000;
    const s = await startScheduler({ now: () => now, groups: ['xorca'] });
    const w = await startWire(s.endpoint);
    const c = new SchedulerClient(config(w.endpoint));
    const of = (targetArn: string) =>
      awsScheduler({
        queueUrl: 'https://sqs.x/1/q',
        client,
        clock: { now: () => now },
        scheduler: { client: c, roleArn: 'arn:aws:iam::1:role/r', targetArn, group: 'xorca' },
      });
    return { s, w, of, now };
  };
  it('are asked for at full minutes, never before the moment', async () => {
    const { w, of, now } = await world();
    await of('arn:aws:sqs:eu-central-1:1:a').wake('p', now + 86_400_000 + 30_001);
    expect(String(w.calls[0]?.request['ScheduleExpression'])).toMatch(/:00\)$/);
  });
  it('two targets in one group have a schedule each', async () => {
    const { s, of, now } = await world();
    await of('arn:aws:sqs:eu-central-1:1:a').wake('p', now + 86_400_000);
    await of('arn:aws:sqs:eu-central-1:1:b').wake('p', now + 86_400_000);
    expect(s.names()).toHaveLength(2);
  });
  it('a time that is no number is XORCA_CONFIG', async () => {
    const { of } = await world();
    await expect(of('arn:aws:sqs:eu-central-1:1:a').wake('p', Number.NaN)).rejects.toMatchObject({
      code: expect.stringMatching(/^XORCA/),
    });
  });
  it('a year beyond what the service takes sends nothing', async () => {
    const { s, of } = await world();
    await of('arn:aws:sqs:eu-central-1:1:a').wake('p', 8.64e15);
    expect(s.names()).toEqual([]);
  });
  it('a FIFO queue as target is refused at once', async () => {
    const { of } = await world();
    expect(() => of('arn:aws:sqs:eu-central-1:1:a.fifo')).toThrow(/XORCA|FIFO/);
  });
  it('a role that Scheduler may not take is a fault of configuration', async () => {
    const { w, of, now } = await world();
    const body = {
      __type: 'ValidationException',
      Message: 'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
    };
    await w.during({ status: 400, body, headers: { 'x-amzn-errortype': 'ValidationException' } }, () =>
      expect(of('arn:aws:sqs:eu-central-1:1:a').wake('p', now + 86_400_000)).rejects.toMatchObject({
        code: 'XORCA_CONFIG',
      }),
    );
  });
});
describe('any text', () => {
  it('any event arrives unchanged over SQS', async () => {
    const queueUrl = await newQueue();
    // Its own: the other one's connection may have been idle for so long that it is just being closed.
    const p = sqsPublisher({ queueUrl, client: new SQSClient(config(wire.endpoint)) });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), fc.jsonValue(), async (text, data) => {
        const e = { ...event, data: { text, odd: '\ud800\uffff\ufffe', data } };
        await p.publish([e as never]);
        const { Messages = [] } = await direct.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }));
        expect(JSON.stringify(JSON.parse(Messages[0]?.Body ?? '{}'))).toBe(
          JSON.stringify(JSON.parse(JSON.stringify(e))),
        );
        expect(
          /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u.test(Messages[0]?.Body ?? '\u0000'),
        ).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a bus that is not there', () => {
  it('takes nothing and says so; one that is there is looked for once; where nobody may look, events go', async () => {
    const bus = await startEventBridge(['orders']);
    const w = await startWire(bus.endpoint);
    const c = new EventBridgeClient(config(w.endpoint));
    const failed = await failedOf(eventBridgePublisher({ bus: 'nowhere', client: c }).publish([event]));
    expect(failed).toEqual([
      { id: 'p/1', retryable: true, reason: expect.stringContaining('There is no event bus "nowhere"') },
    ]);
    w.calls.length = 0;
    const p = eventBridgePublisher({ bus: 'orders', client: c });
    await Promise.all([p.publish([event]), p.publish([event])]);
    await p.publish([event]);
    expect(w.calls.map((x) => x.action).sort()).toEqual([
      'DescribeEventBus',
      'PutEvents',
      'PutEvents',
      'PutEvents',
    ]);
    const again = eventBridgePublisher({ bus: 'orders', client: c });
    await w.during('away', async () =>
      expect((await failedOf(again.publish([event])))[0]?.retryable).toBe(true),
    );
    await w.during(
      { status: 400, body: { __type: 'AccessDeniedException', message: 'no' } },
      () => again.publish([event]),
      1,
    );
    expect(bus.taken).toHaveLength(4);
    await w.stop();
    await bus.stop();
  });
});
