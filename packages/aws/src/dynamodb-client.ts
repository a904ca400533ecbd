import { XorcaError } from '@xorca/core';
import { messageOf } from '@xorca/core/backend';
import { type AwsConnection, awsService, homeOf } from './aws-client.ts';
import { awsErrorName } from './aws-errors.ts';

/** What is used of the SDK. */
export type DynamodbSdk = typeof import('./sdk/dynamodb-sdk.ts');

/** An action of DynamoDB, which is also the permission it needs. */
export type DynamodbAction =
  | 'GetItem'
  | 'PutItem'
  | 'DeleteItem'
  | 'UpdateItem'
  | 'Query'
  | 'Scan'
  | 'CreateTable'
  | 'DescribeTable'
  | 'UpdateTimeToLive';

/** One table of DynamoDB as the ports call it. */
export interface DynamodbTable {
  readonly name: string;
  /** Sends a command. A condition that does not hold, and a table that is there already, are thrown as the SDK throws them. */
  send<Output>(
    action: DynamodbAction,
    command: (sdk: DynamodbSdk) => object,
    processId?: string,
  ): Promise<Output>;
}

const REMEDY = 'Make it with createTables of @xorca/aws, or with the construct of @xorca/aws-cdk.';
// Answers that are no failure: whoever asked knows what to make of them.
const ANSWERS = ['ConditionalCheckFailedException', 'ResourceInUseException'];
// What DynamoDB says of a call that does not fit the table's keys or indexes:
// "The provided key element does not match the schema", "… Missing the key id in the item", "The table does not have the specified
// index: wake", "Query condition missed key schema element: x", "… Type mismatch for Index Key wakeAt Expected: S Actual: N".
const UNFIT = /key|index|schema/i;

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const NAME = /^([\w.-]{3,255}|arn:aws[\w-]*:dynamodb:\S+)$/;

/** The table of a port's options; `XORCA_CONFIG` unless they name one. */
export function dynamodb(options: AwsConnection & { readonly table: string }, where: string): DynamodbTable {
  const { table } = options;
  if (typeof table !== 'string' || !NAME.test(table)) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `${where} needs table: the name of a table of DynamoDB, 3 to 255 letters, digits, "_", "-" and ".", or its ARN, not ${JSON.stringify(table)}.`,
    );
  }
  const service = awsService<DynamodbSdk>(options, {
    where,
    home: homeOf(table),
    sdk: '@aws-sdk/client-dynamodb',
    load: () => import('./sdk/dynamodb-sdk.ts'),
    make: (sdk, config) => new sdk.DynamoDBClient(config),
  });
  const resource = `table ${JSON.stringify(table)}`;

  return {
    name: table,
    async send(action, command, processId) {
      try {
        return await service.send(command);
      } catch (cause) {
        const name = awsErrorName(cause);
        if (ANSWERS.includes(name) || isTooLarge(cause)) throw cause;
        if (name === 'ValidationException' && UNFIT.test(messageOf(cause))) {
          throw new XorcaError(
            'XORCA_CONFIG',
            `The keys or the indexes of ${resource} are not those that ${where} needs (dynamodb:${action}: ${messageOf(cause)}). It needs the key pk and the index wake; see dynamodbTable. ${REMEDY}`,
            { cause, ...(processId === undefined ? {} : { processId }) },
          );
        }
        throw await service.failed(cause, {
          action: `dynamodb:${action}`,
          resource,
          missing: REMEDY,
          ...(processId === undefined ? {} : { processId }),
        });
      }
    },
  };
}

/** Whether a condition of a write did not hold. */
export function isRefused(error: unknown): boolean {
  return awsErrorName(error) === 'ConditionalCheckFailedException';
}

/** Whether an item was too large for DynamoDB. */
export function isTooLarge(error: unknown): boolean {
  return awsErrorName(error) === 'ValidationException' && /item size/i.test(messageOf(error));
}
