import type { CreateTableCommandOutput, DescribeTableCommandOutput } from '@aws-sdk/client-dynamodb';

/** Name of the index that `due` goes by. */
export const WAKE_INDEX = 'wake';
/** The attribute by which DynamoDB removes what has had its time: epoch seconds. */
export const TTL_ATTRIBUTE = 'expiresAt';

/**
 * The table that `dynamodbStore` and `dynamodbLock` need, as the input of a CreateTable call: for whoever makes tables by other means.
 * Key `pk` (text), paid by request. The index `wake` (`wakeShard` text, `wakeAt` number, with `id`) holds only processes that wait for a
 * moment. Beside it, let `expiresAt` be the attribute of the table's time to live, which is a call of its own.
 *
 * @example
 * await client.send(new CreateTableCommand(dynamodbTable('xorca')))
 */
export function dynamodbTable(table: string) {
  return {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST' as const,
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' as const },
      { AttributeName: 'wakeShard', AttributeType: 'S' as const },
      { AttributeName: 'wakeAt', AttributeType: 'N' as const },
    ],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' as const }],
    GlobalSecondaryIndexes: [
      {
        IndexName: WAKE_INDEX,
        KeySchema: [
          { AttributeName: 'wakeShard', KeyType: 'HASH' as const },
          { AttributeName: 'wakeAt', KeyType: 'RANGE' as const },
        ],
        // All that `due` answers. More would be written with every save that moves the moment.
        Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: ['id'] },
      },
    ],
  };
}

type Described = NonNullable<
  DescribeTableCommandOutput['Table'] | CreateTableCommandOutput['TableDescription']
>;

/** What a table has otherwise than it must, in words, or undefined. */
export function tableFault(table: Described): string | undefined {
  const types = new Map(
    table.AttributeDefinitions?.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  const keys = (schema: Described['KeySchema']) =>
    schema
      ?.map(({ AttributeName, KeyType }) => `${AttributeName} (${types.get(AttributeName)}, ${KeyType})`)
      .join(', ');
  const key = keys(table.KeySchema);
  if (key !== 'pk (S, HASH)') return `its key is ${key}, not pk (S, HASH)`;
  const index = table.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === WAKE_INDEX);
  if (!index) return `it has no index "${WAKE_INDEX}"`;
  const wake = keys(index.KeySchema);
  if (wake !== 'wakeShard (S, HASH), wakeAt (N, RANGE)') {
    return `the key of its index "${WAKE_INDEX}" is ${wake}, not wakeShard (S, HASH), wakeAt (N, RANGE)`;
  }
  const { ProjectionType, NonKeyAttributes = [] } = index.Projection ?? {};
  const projected = ProjectionType === 'ALL' || NonKeyAttributes.includes('id');
  return projected ? undefined : `its index "${WAKE_INDEX}" has no attribute id`;
}
