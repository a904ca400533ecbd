import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { StoreUnderTest } from '@xorca/testing';
import { afterAll, beforeAll } from 'vitest';
import { CREDENTIALS } from '../../../../tools/emulators/aws/credentials.ts';
import { startFauxqs } from '../../../../tools/emulators/aws/fauxqs.ts';
import { startWire } from '../../../../tools/emulators/aws/wire.ts';
import type { Emulator } from '../../../../tools/emulators/emulator.ts';
import type { Wire } from '../../../../tools/emulators/wire.ts';
import { type S3StoreOptions, s3Store } from '../../src/index.ts';

/** What the tests of a file are given. */
export interface TestS3 {
  /** A client that tries once, over the wire. */
  readonly client: S3Client;
  /** One that tries a second time, as the SDK does by itself. */
  readonly patient: S3Client;
  readonly wire: Wire;
  /** The name of a fresh bucket. */
  bucket(): Promise<string>;
}

/** An emulator, and a wire to it, for the tests of one file. */
export function testS3(): TestS3 {
  let emulator: Emulator;
  let made: Omit<TestS3, 'bucket'>;
  let buckets = 0;
  beforeAll(async () => {
    emulator = await startFauxqs();
    const wire = await startWire(emulator.endpoint);
    made = { wire, client: clientOf(wire.endpoint, 1), patient: clientOf(wire.endpoint, 2) };
  });
  afterAll(async () => {
    made.client.destroy();
    made.patient.destroy();
    await made.wire.stop();
    await emulator.stop();
  });
  return {
    get client() {
      return made.client;
    },
    get patient() {
      return made.patient;
    },
    get wire() {
      return made.wire;
    },
    async bucket() {
      const bucket = `xorca-${++buckets}`;
      await made.client.send(new CreateBucketCommand({ Bucket: bucket }));
      return bucket;
    },
  };
}

/** A client that tries so often. */
export function clientOf(endpoint: string, maxAttempts: number): S3Client {
  return new S3Client({ ...CREDENTIALS, endpoint, maxAttempts });
}

/** A store in a fresh bucket, whose wire can be cut and whose clock goes on by the test. */
export async function storeUnderTest(
  s3: TestS3,
  options: Partial<S3StoreOptions> = {},
): Promise<StoreUnderTest> {
  const { wire, client } = s3;
  let passed = 0;
  return {
    store: s3Store({
      client,
      bucket: await s3.bucket(),
      clock: { now: () => Date.now() + passed },
      ...options,
    }),
    advance(ms) {
      passed += ms;
    },
    outages: {
      away: (work) => wire.during('away', work),
      throttled: (work) => wire.during('throttled', work),
      lostReply: (work) => wire.during('lostReply', work),
    },
  };
}
