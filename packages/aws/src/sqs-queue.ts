import { XorcaError } from '@xorca/core';
import { type AwsConnection, awsService, homeOf } from './aws-client.ts';

/** What is used of the SDK. */
export type SqsSdk = typeof import('./sdk/sqs-sdk.ts');

/** One queue of SQS as the ports call it. */
export interface SqsQueue {
  readonly url: string;
  readonly isFifo: boolean;
  /** For errors: `queue "x"`. */
  readonly resource: string;
  send<Output>(command: (sdk: SqsSdk) => object): Promise<Output>;
  /** What a call that failed is told as. */
  failed(cause: unknown, processId?: string): Promise<XorcaError>;
}

/** The queue of a port's options; `XORCA_CONFIG` unless they name one. */
export function sqsQueue(options: AwsConnection & { readonly queueUrl: string }, where: string): SqsQueue {
  const { queueUrl } = options;
  if (typeof queueUrl !== 'string' || !/^https?:\/\/\S+\/[\w-]{1,80}(\.fifo)?$/.test(queueUrl)) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `${where} needs queueUrl: the URL of a queue of SQS, "https://sqs.<region>.amazonaws.com/<account>/<name>", not ${JSON.stringify(queueUrl)}.`,
    );
  }
  const service = awsService<SqsSdk>(options, {
    where,
    home: homeOf(queueUrl),
    sdk: '@aws-sdk/client-sqs',
    load: () => import('./sdk/sqs-sdk.ts'),
    make: (sdk, config) => new sdk.SQSClient(config),
  });
  const name = queueUrl.split('/').at(-1) ?? '';
  const resource = `queue ${JSON.stringify(name)}`;
  return {
    url: queueUrl,
    isFifo: name.endsWith('.fifo'),
    resource,
    send: (command) => service.send(command),
    failed: (cause, processId) =>
      service.failed(cause, {
        action: 'sqs:SendMessage',
        resource,
        missing: 'Make it, or correct its URL.',
        ...(processId === undefined ? {} : { processId }),
      }),
  };
}
