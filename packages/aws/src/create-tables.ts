import type { DescribeTableCommandOutput } from '@aws-sdk/client-dynamodb';
import { XorcaError } from '@xorca/core';
import { assertOptions, messageOf, systemTimers, type Timers } from '@xorca/core/backend';
import { type AwsConnection, CONNECTION_OPTIONS } from './aws-client.ts';
import { awsErrorName } from './aws-errors.ts';
import { type DynamodbTable, dynamodb } from './dynamodb-client.ts';
import { dynamodbTable, TTL_ATTRIBUTE, tableFault } from './dynamodb-table.ts';

/** Options of `createTables`. */
export interface CreateTablesOptions extends AwsConnection {
  /** The name of the table. */
  readonly table: string;
  /** What waiting uses. Default: the system's timers. */
  readonly timers?: Timers;
}

// A table is there after some 10 seconds, an index that is filled after minutes.
const LOOK_EVERY_MS = 1_000;
const MOST_LOOKS = 300;

/**
 * Makes the table of `dynamodbStore` and `dynamodbLock`, as `dynamodbTable` says, with its time to live, and waits until it can be
 * used; doing it again changes nothing. For development and tests: in production, let the construct of `@xorca/aws-cdk` make it.
 * Errors: `XORCA_CONFIG` (a table of that name with other keys or another time to live, no permission, no region), `XORCA_UNAVAILABLE`.
 *
 * @example
 * await createTables({ table: 'xorca' })
 */
export async function createTables(options: CreateTablesOptions): Promise<void> {
  assertOptions(options, [...CONNECTION_OPTIONS, 'table', 'timers'], 'createTables');
  const table = dynamodb(options, 'createTables');
  await table
    .send('CreateTable', (sdk) => new sdk.CreateTableCommand(dynamodbTable(table.name)))
    .catch((error: unknown) => {
      // It is there already, or somebody makes it at this moment.
      if (awsErrorName(error) !== 'ResourceInUseException') throw error;
    });
  await untilUsable(table, options.timers ?? systemTimers);
  await table
    .send(
      'UpdateTimeToLive',
      (sdk) =>
        new sdk.UpdateTimeToLiveCommand({
          TableName: table.name,
          TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
        }),
    )
    .catch((error: unknown) => assertSet(error, table.name));
}

async function untilUsable(table: DynamodbTable, timers: Timers): Promise<void> {
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    if (looks > 0) await new Promise<void>((resolve) => timers.setTimeout(resolve, LOOK_EVERY_MS));
    const { Table: made } = await table
      .send<Pick<DescribeTableCommandOutput, 'Table'>>(
        'DescribeTable',
        (sdk) => new sdk.DescribeTableCommand({ TableName: table.name }),
      )
      .catch(notYet);
    if (!made) continue;
    const fault = tableFault(made);
    if (fault !== undefined) {
      throw new XorcaError(
        'XORCA_CONFIG',
        `There is a table ${JSON.stringify(table.name)} already, and ${fault}. Take another name, or delete the table.`,
      );
    }
    const indexes = made.GlobalSecondaryIndexes ?? [];
    if (isActive(made.TableStatus) && indexes.every(({ IndexStatus }) => isActive(IndexStatus))) return;
  }
  throw new XorcaError(
    'XORCA_UNAVAILABLE',
    `Table ${JSON.stringify(table.name)} was made, and is not ready after ${(MOST_LOOKS * LOOK_EVERY_MS) / 1_000} seconds. Try again.`,
    { retryable: true },
  );
}

// What was made a moment ago may not be seen yet: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html
function notYet(error: unknown): { readonly Table?: undefined } {
  const { cause } = (error ?? {}) as { readonly cause?: unknown };
  if (awsErrorName(cause) === 'ResourceNotFoundException') return {};
  throw error;
}

// A table that is being changed can be used.
function isActive(status: string | undefined): boolean {
  return status === 'ACTIVE' || status === 'UPDATING';
}

/** Lets pass that the time to live is set already, as it should be. */
function assertSet(error: unknown, table: string): void {
  const { cause } = (error ?? {}) as { readonly cause?: unknown };
  const said = awsErrorName(cause) === 'ValidationException' ? messageOf(cause) : '';
  if (/already enabled/i.test(said)) return;
  if (!/different attribute/i.test(said)) throw error;
  throw new XorcaError(
    'XORCA_CONFIG',
    `The time to live of table ${JSON.stringify(table)} goes by another attribute than ${TTL_ATTRIBUTE}: ${said}. Take another table, or change it.`,
    { cause },
  );
}
