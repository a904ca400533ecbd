import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { createTables, dynamodbStore, s3Objects, s3Store } from '@xorca/aws';
import type { Place, SwapStore } from '../parts.ts';

/** Bodies over the limit of an item go to S3. */
export const dynamodb: SwapStore = {
  name: 'DynamoDB',
  async open(place) {
    const { servers, name: table, clock } = place;
    const client = servers.dynamodb;
    const [bucket] = await Promise.all([newBucket(place, 'bodies'), createTables({ client, table })]);
    const objects = s3Objects({ client: servers.s3, bucket });
    return dynamodbStore({ client, table, clock, overflow: { objects } });
  },
};

/** One bucket a cell. */
export const s3: SwapStore = {
  name: 'S3',
  async open(place) {
    const bucket = await newBucket(place, 'store');
    return s3Store({ client: place.servers.s3, bucket, clock: place.clock });
  },
};

/** Makes a bucket for one purpose. */
export async function newBucket({ servers, name }: Place, purpose: string): Promise<string> {
  const Bucket = `${name}-${purpose}`;
  await servers.s3.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}
