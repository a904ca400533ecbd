import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { type SqsBatchResponse, s3Objects, snsPublisher, sqsHandler } from '@xorca/aws';
import type { BusService } from '@xorca/testing';
import { failedIds, sqsEvent } from '../../emulators/lambda/sqs-batch.ts';
import type { Place, SwapBus } from '../parts.ts';
import { newBucket } from '../stores/aws.ts';

/** A topic, and a queue for each service, which a function empties. */
export const snsSqs: SwapBus = {
  name: 'SNS+SQS',
  async open(place) {
    const { sns, s3 } = place.servers;
    const { TopicArn: topicArn = '' } = await sns.send(new CreateTopicCommand({ Name: place.name }));
    const claimCheck = { objects: s3Objects({ client: s3, bucket: await newBucket(place, 'events') }) };
    const stopping = new AbortController();
    const loops: Promise<void>[] = [];
    return {
      publisher: snsPublisher({ topicArn, client: sns, claimCheck }),
      async subscribe(services) {
        for (const service of services) {
          const queue = await subscribedQueue(place, topicArn, service.name);
          const take = (messages: readonly Message[]) =>
            service.invoke(async ({ what, platform, options }) => {
              const handler = sqsHandler(what, platform, { ...options, claimCheck });
              return (await handler(sqsEvent(messages, queue))) as SqsBatchResponse;
            });
          loops.push(empty(place, queue.url, service, take, stopping.signal));
        }
      },
      async stop() {
        stopping.abort();
        await Promise.all(loops);
      },
    };
  },
};

const COMMANDS = { prefix: 'cmd.' };

async function subscribedQueue({ servers: { sns, sqs }, name }: Place, TopicArn: string, service: string) {
  const QueueName = `${name}-${service}`;
  const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  const queueArn = Attributes?.['QueueArn'] ?? '';
  const FilterPolicy = JSON.stringify({
    type: [service === 'fleet' ? COMMANDS : { 'anything-but': COMMANDS }],
  });
  await sns.send(
    new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queueArn, Attributes: { FilterPolicy } }),
  );
  return { url, queueArn };
}

/** What the event source mapping does, but for the time it lets pass before what failed comes again. */
async function empty(
  place: Place,
  QueueUrl: string,
  service: BusService,
  take: (messages: readonly Message[]) => Promise<SqsBatchResponse>,
  abortSignal: AbortSignal,
): Promise<void> {
  while (!abortSignal.aborted) {
    const received = await place.servers.sqs
      .send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 20,
          AttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
        { abortSignal },
      )
      .catch((error: unknown) => {
        if (abortSignal.aborted) return { Messages: [] };
        throw error;
      });
    const all = received.Messages ?? [];
    const wanted = all.filter((message) => service.wants(typeOf(message)));
    const failed = new Set(wanted.length === 0 ? [] : await failedOf(wanted, take));
    await giveBack(
      place,
      QueueUrl,
      all.filter(({ MessageId = '' }) => failed.has(MessageId)),
    );
    await remove(
      place,
      QueueUrl,
      all.filter(({ MessageId = '' }) => !failed.has(MessageId)),
    );
  }
}

async function giveBack({ servers: { sqs } }: Place, QueueUrl: string, all: readonly Message[]) {
  if (all.length === 0) return;
  const Entries = entriesOf(all).map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
  await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
}

async function remove({ servers: { sqs } }: Place, QueueUrl: string, all: readonly Message[]) {
  if (all.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: entriesOf(all) }));
}

function entriesOf(all: readonly Message[]) {
  return all.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
}

async function failedOf(
  messages: readonly Message[],
  take: (messages: readonly Message[]) => Promise<SqsBatchResponse>,
): Promise<readonly string[]> {
  const ids = messages.map(({ MessageId = '' }) => MessageId);
  const failed = await take(messages).then(
    (response) => failedIds(response, ids),
    () => undefined,
  );
  return failed ? [...failed] : ids;
}

// What the filter policy sees.
function typeOf({ Body = '' }: Message): string {
  const { MessageAttributes } = JSON.parse(Body) as {
    readonly MessageAttributes?: { readonly type?: { readonly Value?: string } };
  };
  return MessageAttributes?.type?.Value ?? '';
}
