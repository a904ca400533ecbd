import { type IEventBus, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { SubscriptionFilter } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { configError } from './config-error.ts';
import { eventTypes } from './event-types.ts';
import type { InputQueue } from './input-queue.ts';
import type { WorkerChannel, WorkerInput } from './worker-props.ts';

/** Lets the bus or the topic bring events of the types to the queue. What cannot be brought becomes a dead letter. */
export function subscribe(
  scope: Construct,
  { queue, deadLetterQueue }: InputQueue,
  { takes, bus, topic }: WorkerInput & WorkerChannel,
): void {
  const { whole, prefixes } = eventTypes(scope, takes);
  if (bus !== undefined) {
    new Rule(scope, 'Events', {
      eventBus: bus as IEventBus,
      eventPattern: {
        detailType: Match.anyOf(
          ...whole.map((type) => Match.exactString(type)),
          ...prefixes.map((prefix) => Match.prefix(prefix)),
        ),
      },
      targets: [
        new SqsQueue(queue, {
          // The event without its envelope, so that whatever the bus took fits into a message.
          message: RuleTargetInput.fromEventPath('$.detail'),
          deadLetterQueue,
        }),
      ],
    });
  } else {
    topic?.addSubscription(
      new SqsSubscription(queue, {
        rawMessageDelivery: true,
        deadLetterQueue,
        filterPolicy: {
          type: SubscriptionFilter.stringFilter({
            ...(whole.length > 0 ? { allowlist: [...whole] } : {}),
            ...(prefixes.length > 0 ? { matchPrefixes: [...prefixes] } : {}),
          }),
        },
      }),
    );
  }
}

/** Throws `XORCA_CONFIG` unless there is exactly one of bus and topic, which can feed that kind of queue. */
export function assertChannel(
  scope: Construct,
  { bus, topic, fifo = false }: WorkerInput & WorkerChannel,
): void {
  if ((bus === undefined) === (topic === undefined)) {
    throw configError(scope, 'Give either a bus of EventBridge, or a topic of SNS.');
  }
  if (fifo && bus !== undefined) {
    throw configError(
      scope,
      'A FIFO queue needs a FIFO topic: a bus of EventBridge keeps no order. Give a topic, or leave fifo out.',
    );
  }
  if (fifo && !topic?.fifo) {
    throw configError(
      scope,
      'A FIFO queue needs a FIFO topic, this one is a standard topic. Leave fifo out.',
    );
  }
}
