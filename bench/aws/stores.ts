import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { createTables, dynamodbStore, s3Store } from '@xorca/aws';
import { createRunner, memoryPublisher, type ProcessStore, type RunnerOptions } from '@xorca/core';
import { itemBytes } from '../../packages/aws/src/dynamodb-size.ts';
import { CREDENTIALS } from '../../tools/emulators/aws/credentials.ts';
import { startDynamoDb } from '../../tools/emulators/aws/dynamodb.ts';
import { startFauxqs } from '../../tools/emulators/aws/fauxqs.ts';
import { startWire } from '../../tools/emulators/aws/wire.ts';
import type { Wire, WireCall } from '../../tools/emulators/wire.ts';
import { info, type Row } from '../row.ts';
import { answering, answerTo } from './answering.ts';
import { PRICES } from './prices.ts';
import { type Bill, dynamodbBill, s3Bill } from './store-calls.ts';

const EVENTS = 50;

interface Measured {
  readonly name: string;
  readonly store: () => Promise<ProcessStore>;
  readonly wire: Wire;
  readonly bill: (calls: readonly WireCall[]) => Bill;
}

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
  const onDynamo = (name: string, compression: boolean): Measured => ({
    name,
    wire: toDynamo,
    bill: (calls) => dynamodbBill(calls, itemBytes),
    async store() {
      const table = `bench-${++places}`;
      await createTables({ client: dynamodb, table });
      return dynamodbStore({ client: dynamodb, table, compression });
    },
  });
  const stores: readonly Measured[] = [
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
  const rows: Row[] = [];
  for (const store of stores) {
    for (const settle of ['eager', 'lazy'] as const) {
      for (const warm of [0, 100]) rows.push(...(await rowsOf(store, { settle, warm })));
    }
  }
  rows.push(info('Step Functions, standard: the transitions of a million events', PRICES.stepFunctions, '$'));
  for (const { stop } of [toDynamo, toS3, ...emulators]) await stop();
  return rows;
}

async function rowsOf({ name, store, wire, bill }: Measured, options: RunnerOptions): Promise<Row[]> {
  const publisher = memoryPublisher();
  const runner = createRunner(answering, { store: await store(), publisher }, options);
  await runner.start({ id: 'p' });
  const answerLast = async () => {
    const last = publisher.published.at(-1);
    const outcomes = last ? await runner.handle([answerTo(last)]) : [];
    if (outcomes[0]?.status !== 'applied') throw new Error(`An event came out as ${outcomes[0]?.status}.`);
  };
  await answerLast();
  // From the last write on, so that the bill knows the item before.
  const from = wire.calls.length - 1;
  for (let n = 0; n < EVENTS; n++) await answerLast();
  const [before, ...calls] = wire.calls.slice(from);
  const each = (of: (call: WireCall) => number) => calls.reduce((sum, call) => sum + of(call), 0) / EVENTS;
  const first = before === undefined ? [] : [before];
  const dollars = (bill([...first, ...calls]).dollars - bill(first).dollars) / EVENTS;
  const { units } = bill(calls.slice(-calls.length / EVENTS));
  const how = `${name}, ${options.settle}, ${options.warm ? 'warm' : 'cold'}`;
  return [
    info(`${how}: calls an event (the last: ${units})`, calls.length / EVENTS, 'calls'),
    info(
      '  bytes sent, with headers on both ways',
      each(({ sentBytes, headerBytes }) => sentBytes + headerBytes),
      'bytes',
    ),
    info(
      '  bytes of the answers',
      each(({ answerBytes }) => answerBytes),
      'bytes',
    ),
    info('  a million events', dollars, '$'),
  ];
}
