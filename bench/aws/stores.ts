import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { createTables, dynamodbStore, s3Store } from '@xorca/aws';
import { itemBytes } from '../../packages/aws/src/dynamodb-size.ts';
import { CREDENTIALS } from '../../tools/emulators/aws/credentials.ts';
import { startDynamoDb } from '../../tools/emulators/aws/dynamodb.ts';
import { startFauxqs } from '../../tools/emulators/aws/fauxqs.ts';
import { startWire } from '../../tools/emulators/aws/wire.ts';
import { storeRows, type WiredStore } from '../at-the-wire.ts';
import { info, type Row } from '../row.ts';
import { PRICES } from './prices.ts';
import { dynamodbBill, s3Bill } from './store-calls.ts';

/** (j) What an event costs on AWS: calls, bytes and request units counted at the wire, and the dollars that they make. */
export async function awsStores(): Promise<Row[]> {
  const emulators = await Promise.all([startDynamoDb(), startFauxqs()]);
  const [toDynamo, toS3] = await Promise.all([
    startWire(emulators[0].endpoint),
    startWire(emulators[1].endpoint),
  ]);
  const dynamodb = new DynamoDBClient({ ...CREDENTIALS, endpoint: toDynamo.endpoint });
  const s3 = new S3Client({ ...CREDENTIALS, endpoint: toS3.endpoint });
  let places = 0;
  const onDynamo = (name: string, compression: boolean): WiredStore => ({
    name,
    wire: toDynamo,
    bill: (calls) => dynamodbBill(calls, itemBytes),
    async store() {
      const table = `bench-${++places}`;
      await createTables({ client: dynamodb, table });
      return dynamodbStore({ client: dynamodb, table, compression });
    },
  });
  const stores: readonly WiredStore[] = [
    onDynamo('DynamoDB', false),
    onDynamo('DynamoDB, compressed', true),
    {
      name: 'S3',
      wire: toS3,
      bill: s3Bill,
      async store() {
        const bucket = `bench-${++places}`;
        await s3.send(new CreateBucketCommand({ Bucket: bucket }));
        return s3Store({ client: s3, bucket });
      },
    },
  ];
  const rows = await storeRows(stores);
  rows.push(info('Step Functions, standard: the transitions of a million events', PRICES.stepFunctions, '$'));
  for (const { stop } of [toDynamo, toS3, ...emulators]) await stop();
  return rows;
}
