import { deepStrictEqual } from 'node:assert';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type SchedulerUnderTest, schedulerContract } from '@xorca/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { CREDENTIALS } from '../../../tools/emulators/aws/credentials.ts';
import { startScheduler } from '../../../tools/emulators/aws/scheduler.ts';
import { startSqs } from '../../../tools/emulators/aws/sqs.ts';
import { startWire } from '../../../tools/emulators/aws/wire.ts';
import { awsScheduler } from '../src/index.ts';
import { startDelayQueue } from './support/delay-queue.ts';

const DAY_MS = 86_400_000;
const ROLE = {
  roleArn: 'arn:aws:iam::1:role/wakes',
  targetArn: 'arn:aws:sqs:eu-central-1:1:wakes',
  group: 'xorca',
};

const servers: { stop(): Promise<void> }[] = [];
afterAll(async () => {
  for (const server of servers.reverse()) await server.stop();
});

/** Both services on one clock; wakes come out of the queue and of the schedules. */
async function world() {
  let now = 1_800_000_000_000;
  const clock = { now: () => now };
  const queue = await startDelayQueue(clock.now);
  const schedules = await startScheduler({ ...clock, groups: ['xorca'] });
  const wires = [await startWire(queue.endpoint), await startWire(schedules.endpoint)] as const;
  servers.push(queue, schedules, ...wires);
  const [toQueue, toSchedules] = wires.map(({ endpoint }) => ({ ...CREDENTIALS, endpoint, maxAttempts: 1 }));
  const options = {
    queueUrl: `${wires[0].endpoint}/1/wakes`,
    client: new SQSClient(toQueue as object),
    clock,
    scheduler: { ...ROLE, client: new SchedulerClient(toSchedules as object) },
  };
  return {
    options,
    scheduler: awsScheduler(options),
    queue,
    schedules,
    wires,
    now: clock.now,
    advance(ms: number) {
      now += ms;
      queue.look();
      schedules.look();
    },
    woken: () =>
      [...queue.came, ...schedules.fired.map(({ input, at }) => ({ body: input, at }))].map(
        ({ body, at }) => ({
          id: (JSON.parse(body) as { id: string }).id,
          at,
        }),
      ),
  };
}

async function underTest(): Promise<SchedulerUnderTest> {
  const { scheduler, now, advance, woken, wires } = await world();
  return {
    scheduler,
    now,
    advance,
    woken,
    // Up to the next full minute, and then the minute in which it fires.
    granularityMs: 120_000,
    outage: (work) => wires[0].during('away', () => wires[1].during('away', work)),
  };
}

describe('awsScheduler', () => {
  for (const { name, show } of schedulerContract) {
    it(name, async () => deepStrictEqual(await show(underTest), undefined));
  }

  it('delays a message up to 15 minutes, to the second, and makes a schedule for whatever is later', async () => {
    const { scheduler, schedules, queue, wires, now, advance } = await world();
    await scheduler.wake('p', now() + 900_000);
    await scheduler.wake('p', now() + 1_500);
    expect(wires[0].calls.map(({ request }) => request['DelaySeconds'])).toEqual([900, 2]);
    expect(schedules.names()).toEqual([]);
    await scheduler.wake('p', now() + 900_001);
    expect(schedules.names()).toHaveLength(1);
    expect(wires[0].calls).toHaveLength(2);
    advance(2_000);
    expect(queue.came).toHaveLength(1);
  });

  it('asks for one wake once, however often it is asked, and names it by process and moment', async () => {
    const { scheduler, schedules, now } = await world();
    const at = now() + DAY_MS;
    await Promise.all([scheduler.wake('p', at), scheduler.wake('p', at), scheduler.wake('p', at)]);
    await scheduler.wake('q', at);
    await scheduler.wake('p', at + 1_000);
    expect(schedules.names()).toHaveLength(3);
    for (const name of schedules.names()) expect(name).toMatch(/^xorca-[0-9a-f]{58}$/);
  });

  it('sends the wake by the queue when the service says that its time has passed, as where a clock is slow', async () => {
    const { options, schedules, wires, now } = await world();
    const slow = awsScheduler({ ...options, clock: { now: () => now() - 2 * DAY_MS } });
    await slow.wake('p', now() - DAY_MS);
    expect(schedules.names()).toEqual([]);
    expect(wires[0].calls.map(({ request }) => request['DelaySeconds'])).toEqual([900]);
  });

  it('without a scheduler leaves what is later to the cron', async () => {
    const { options, wires, now } = await world();
    const { scheduler: _, ...alone } = options;
    await awsScheduler(alone).wake('p', now() + DAY_MS);
    expect(wires[0].calls).toEqual([]);
  });

  it('names what is missing: the group, and the permissions by their actions', async () => {
    const { options, wires, now } = await world();
    const at = now() + DAY_MS;
    const elsewhere = awsScheduler({ ...options, scheduler: { ...options.scheduler, group: 'nowhere' } });
    await expect(elsewhere.wake('p', at)).rejects.toMatchObject({
      code: 'XORCA_CONFIG',
      processId: 'p',
      message: expect.stringMatching(/no schedule group "nowhere" in region eu-central-1/),
    });
    const denied = (message: string) => ({
      status: 403,
      body: { __type: 'AccessDeniedException', message, Message: message },
    });
    const [toQueue, toSchedules] = wires;
    await toSchedules.during(denied('not authorized to perform: scheduler:CreateSchedule'), () =>
      expect(options.scheduler && awsScheduler(options).wake('p', at)).rejects.toThrow(
        /No permission for scheduler:CreateSchedule on schedule group "xorca"/,
      ),
    );
    await toSchedules.during(denied('not authorized to perform: iam:PassRole on resource: r'), () =>
      expect(awsScheduler(options).wake('p', at)).rejects.toThrow(
        /No permission for iam:PassRole on role "arn:aws:iam::1:role\/wakes"/,
      ),
    );
    await toQueue.during(denied('no'), () =>
      expect(awsScheduler(options).wake('p', now())).rejects.toThrow(
        /No permission for sqs:SendMessage on queue "wakes"/,
      ),
    );
  });

  it('refuses at once what can never work', () => {
    const queueUrl = 'https://sqs.eu-central-1.amazonaws.com/1/wakes';
    const wrong: readonly [object, RegExp][] = [
      [{ queueUrl: `${queueUrl}.fifo` }, /FIFO queue has one delay for all/],
      [{ queueUrl: '' }, /needs queueUrl/],
      [{ queueUrl, schedular: {} }, /Did you mean "scheduler"/],
      [{ queueUrl, scheduler: { ...ROLE, roleArn: 'role' } }, /needs roleArn/],
      [{ queueUrl, scheduler: { roleArn: ROLE.roleArn } }, /needs targetArn/],
      [{ queueUrl, scheduler: { ...ROLE, group: 'a b' } }, /group of scheduler/],
    ];
    for (const [options, message] of wrong) expect(() => awsScheduler(options as never)).toThrow(message);
  });
});

it('over SQS itself a wake waits for its second, and no delay is longer than SQS takes', async () => {
  const emulator = await startSqs();
  servers.push(emulator);
  const client = new SQSClient({ ...CREDENTIALS, endpoint: emulator.endpoint, maxAttempts: 1 });
  const { QueueUrl: queueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'wakes' }));
  const tooLong = client.send(
    new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'x', DelaySeconds: 901 }),
  );
  await expect(tooLong).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  const scheduler = awsScheduler({ queueUrl, client });
  const asked = Date.now();
  const at = asked + 400;
  await scheduler.wake('p', at);
  await scheduler.wake('q', asked + 900_000);
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 10, MaxNumberOfMessages: 10 }),
  );
  expect(Messages.map(({ Body = '' }) => JSON.parse(Body) as object)).toEqual([
    { xorca: 'wake', id: 'p', at },
  ]);
  expect(Date.now()).toBeGreaterThanOrEqual(at);
});
