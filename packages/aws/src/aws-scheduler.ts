import { type Clock, type Scheduler, XorcaError } from '@xorca/core';
import { assertOptions, assertProcessId } from '@xorca/core/backend';
import { wakeMessage } from '@xorca/core/publishers';
import { type AwsConnection, CONNECTION_OPTIONS } from './aws-client.ts';
import { type ScheduleOptions, scheduleService } from './schedule-service.ts';
import { sqsQueue } from './sqs-queue.ts';

/** Options of `awsScheduler`. `client` and `region` are those of SQS. */
export interface AwsSchedulerOptions extends AwsConnection {
  /** A standard queue whose messages come to the handler of the processes. */
  readonly queueUrl: string;
  /** For wakes more than 15 minutes ahead. Default: those are left to the cron. */
  readonly scheduler?: ScheduleOptions;
  /** Default: the system's clock. */
  readonly clock?: Clock;
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
const LONGEST_DELAY_MS = 900_000;
// A year that every service here takes for a date; whatever waits longer waits for the cron.
const LATEST = Date.UTC(2_100, 0);

/**
 * Makes wakes prompt: up to 15 minutes ahead by a delayed message of SQS, to the second; beyond by a one-time schedule of EventBridge
 * Scheduler, to the minute, which removes itself. Never early. Both bring a message that `lambdaHandler` knows. A hint like that of every
 * scheduler: a cron each minute stays the truth behind it.
 * Errors: `XORCA_UNAVAILABLE`, `XORCA_CONFIG` (options; no queue, no group, no permission), `XORCA_INVALID_ID`.
 *
 * @example
 * const scheduler = awsScheduler({ queueUrl, scheduler: { roleArn, targetArn: queueArn, group: 'xorca' } })
 */
export function awsScheduler(options: AwsSchedulerOptions): Scheduler {
  assertOptions(options ?? {}, [...CONNECTION_OPTIONS, 'queueUrl', 'scheduler', 'clock'], 'awsScheduler');
  const { clock = Date } = options;
  const queue = sqsQueue(options, 'awsScheduler');
  if (queue.isFifo) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `awsScheduler cannot delay single messages in ${queue.resource}: a FIFO queue has one delay for all. Give it a standard queue.`,
    );
  }
  const schedules = options.scheduler && scheduleService(options.scheduler);

  async function delay(id: string, at: number, ms: number): Promise<void> {
    // Rounded up: one that comes too soon finds nothing to do.
    const DelaySeconds = Math.ceil(Math.max(0, ms) / 1_000);
    const MessageBody = wakeMessage(id, at);
    try {
      await queue.send(
        (sdk) => new sdk.SendMessageCommand({ QueueUrl: queue.url, MessageBody, DelaySeconds }),
      );
    } catch (cause) {
      throw await queue.failed(cause, id);
    }
  }

  return {
    async wake(id, at) {
      assertProcessId(id);
      if (Number.isNaN(at))
        throw new XorcaError('XORCA_CONFIG', 'A wake needs its time in epoch ms, not NaN.');
      const ms = at - clock.now();
      if (ms <= LONGEST_DELAY_MS) return delay(id, at, ms);
      if (!schedules || at > LATEST) return;
      if (await schedules.create(id, at)) return;
      // By the service's clock its time has passed: ours is slow.
      await delay(id, at, Math.min(LONGEST_DELAY_MS, at - clock.now()));
    },
  };
}
