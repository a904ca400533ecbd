import { createHash } from 'node:crypto';
import { XorcaError } from '@xorca/core';
import { assertOptions, messageOf } from '@xorca/core/backend';
import { wakeMessage } from '@xorca/core/publishers';
import { type AwsConnection, awsService, CONNECTION_OPTIONS } from './aws-client.ts';
import { awsErrorName } from './aws-errors.ts';

type SchedulerSdk = typeof import('./sdk/scheduler-sdk.ts');

/** EventBridge Scheduler, for wakes that a delay queue cannot hold. */
export interface ScheduleOptions extends AwsConnection {
  /** Role that Scheduler takes to send the wake. It may do nothing but that. */
  readonly roleArn: string;
  /** Where wakes go: the queue of the wakes, or the function itself. */
  readonly targetArn: string;
  /** Group of the schedules, made beforehand. Default: `'default'`. */
  readonly group?: string;
}

/** Makes one-time schedules. */
export interface ScheduleService {
  /** Asks for a wake; answers false where its time has passed by the service's clock. */
  create(id: string, at: number): Promise<boolean>;
}

// Scheduler knows minutes: asked for a second within one, it may fire at the minute's beginning, which would be too soon. It fires
// within the minute that it was asked for: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
const MINUTE_MS = 60_000;
const ARN = /^arn:aws[\w-]*:/;

/** The service of a scheduler's options; `XORCA_CONFIG` unless they say all that a schedule needs. */
export function scheduleService(options: ScheduleOptions): ScheduleService {
  const where = 'scheduler of awsScheduler';
  assertOptions(options, [...CONNECTION_OPTIONS, 'roleArn', 'targetArn', 'group'], where);
  const { roleArn: RoleArn, targetArn: Arn, group: GroupName = 'default' } = options;
  for (const [name, arn] of Object.entries({ roleArn: RoleArn, targetArn: Arn })) {
    if (typeof arn === 'string' && ARN.test(arn)) continue;
    throw new XorcaError('XORCA_CONFIG', `${where} needs ${name}, an ARN, not ${JSON.stringify(arn)}.`);
  }
  if (Arn.endsWith('.fifo')) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `targetArn of ${where} is a FIFO queue, which needs a message group that wakes have not. Give it a standard queue.`,
    );
  }
  if (typeof GroupName !== 'string' || !/^[\w.-]{1,64}$/.test(GroupName)) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `group of ${where} must be the name of a schedule group, not ${JSON.stringify(GroupName)}.`,
    );
  }
  const service = awsService<SchedulerSdk>(options, {
    where,
    sdk: '@aws-sdk/client-scheduler',
    load: () => import('./sdk/scheduler-sdk.ts'),
    make: (sdk, config) => new sdk.SchedulerClient(config),
  });

  return {
    async create(id, at) {
      const moment = new Date(Math.ceil(at / MINUTE_MS) * MINUTE_MS).toISOString().slice(0, 19);
      try {
        await service.send(
          (sdk) =>
            new sdk.CreateScheduleCommand({
              Name: scheduleName(Arn, id, moment),
              GroupName,
              ScheduleExpression: `at(${moment})`,
              FlexibleTimeWindow: { Mode: 'OFF' },
              ActionAfterCompletion: 'DELETE',
              Target: { Arn, RoleArn, Input: wakeMessage(id, at) },
            }),
        );
        return true;
      } catch (cause) {
        const name = awsErrorName(cause);
        // The same wake has been asked for before.
        if (name === 'ConflictException') return true;
        if (name === 'ValidationException' && /past|schedule expression/i.test(messageOf(cause)))
          return false;
        if (name === 'ValidationException' && /execution role/i.test(messageOf(cause))) {
          throw new XorcaError(
            'XORCA_CONFIG',
            `EventBridge Scheduler may not take role ${JSON.stringify(RoleArn)}: ${messageOf(cause)} Let scheduler.amazonaws.com assume it in the role's trust policy.`,
            { cause, processId: id },
          );
        }
        const role = /iam:PassRole/.test(messageOf(cause));
        throw await service.failed(cause, {
          action: role ? 'iam:PassRole' : 'scheduler:CreateSchedule',
          resource: role ? `role ${JSON.stringify(RoleArn)}` : `schedule group ${JSON.stringify(GroupName)}`,
          missing: 'Make the group, or correct its name.',
          processId: id,
        });
      }
    },
  };
}

/** One name for one wake of one target, so that asking twice makes one schedule: 64 characters are the most that a name has. */
function scheduleName(targetArn: string, id: string, moment: string): string {
  const text = JSON.stringify([targetArn, id, moment]);
  return `xorca-${createHash('sha256').update(text).digest('hex').slice(0, 58)}`;
}
