import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { CREDENTIALS } from './credentials.ts';
import { type SchedulerEmulator, startScheduler } from './scheduler.ts';

// 2026-01-01T00:00:00Z
const START = 1_767_225_600_000;
let now = START;
let emulator: SchedulerEmulator;
let client: SchedulerClient;

beforeAll(async () => {
  emulator = await startScheduler({ now: () => now, groups: ['wakes'] });
  client = new SchedulerClient({ ...CREDENTIALS, endpoint: emulator.endpoint, maxAttempts: 1 });
});
afterAll(async () => {
  client?.destroy();
  await emulator?.stop();
});
beforeEach(() => {
  now = START;
});

const create = (Name: string, part: Partial<CreateScheduleCommandInput> = {}) =>
  client.send(
    new CreateScheduleCommand({
      Name,
      ScheduleExpression: 'at(2026-01-01T01:00:00)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: 'arn:aws:sqs:eu-central-1:123456789012:wakes',
        RoleArn: 'arn:aws:iam::123456789012:role/scheduler',
        Input: '{"hello":1}',
      },
      ...part,
    }),
  );
const refused = (status: number, name: string) => ({ name, $metadata: { httpStatusCode: status } });

it('fires once, never before its time and within its minute, and is gone', async () => {
  await create('once', { GroupName: 'wakes' });
  const due = START + 3_600_000;
  now = due - 1;
  emulator.look();
  expect(emulator.fired).toEqual([]);

  now = due + 60_000;
  emulator.look();
  emulator.look();

  expect(emulator.fired).toMatchObject([
    { name: 'once', targetArn: 'arn:aws:sqs:eu-central-1:123456789012:wakes', input: '{"hello":1}' },
  ]);
  expect(emulator.fired[0]?.at).toBeGreaterThanOrEqual(due);
  expect(emulator.fired[0]?.at).toBeLessThan(due + 60_000);
  expect(emulator.names()).not.toContain('once');
});

it('refuses a second schedule of a name', async () => {
  await create('twice');
  await expect(create('twice')).rejects.toMatchObject(refused(409, 'ConflictException'));
});

it('refuses a time that has passed', async () => {
  for (const time of ['2025-12-31T23:59:59', '2026-01-01T00:00:00']) {
    await expect(create('past', { ScheduleExpression: `at(${time})` })).rejects.toMatchObject(
      refused(400, 'ValidationException'),
    );
  }
});

it.each([
  'at(2026-01-01)',
  'at(2026-01-01T01:00:00Z)',
  'at(2026-01-01T01:00:00.000)',
  'at(2026-13-01T01:00:00)',
  'soon',
])('refuses what is no time: %s', async (ScheduleExpression) => {
  await expect(create('odd', { ScheduleExpression })).rejects.toMatchObject(
    refused(400, 'ValidationException'),
  );
});

it('refuses names that the service refuses', async () => {
  await create('n'.repeat(64));
  for (const name of ['n'.repeat(65), 'a b', 'ä', 'a/b']) {
    await expect(create(name)).rejects.toMatchObject(refused(400, 'ValidationException'));
  }
});

it('refuses a group that is not there', async () => {
  await expect(create('lost', { GroupName: 'nowhere' })).rejects.toMatchObject(
    refused(404, 'ResourceNotFoundException'),
  );
});

it('a schedule of the same name in another group is another schedule', async () => {
  await create('shared');
  await create('shared', { GroupName: 'wakes' });
});
