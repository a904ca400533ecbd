import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { CREDENTIALS } from '../emulators/aws/credentials.ts';
import { startDynamoDb } from '../emulators/aws/dynamodb.ts';
import { startFauxqs } from '../emulators/aws/fauxqs.ts';
import { type Azurite, startAzurite } from '../emulators/azure/azurite.ts';
import { type Pglite, startPglite } from './pglite.ts';
import { type ServiceBusTopics, startServiceBusTopics } from './service-bus-topics.ts';

/** What all cells of a run share: each emulator once, and the clients for them. */
export interface Servers {
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly azurite: Azurite;
  readonly serviceBus: ServiceBusTopics;
  readonly postgres: Pglite;
  /** A folder for files. */
  readonly dir: string;
  stop(): Promise<void>;
}

/** Starts them, all at once, with so many topics of Service Bus. What does not start fails the run. */
export async function startServers(topics: number): Promise<Servers> {
  const [dynamoDb, fauxqs, azurite, serviceBus, postgres, dir] = await Promise.all([
    startDynamoDb(),
    startFauxqs(),
    startAzurite(),
    startServiceBusTopics(topics),
    startPglite(),
    mkdtemp(join(tmpdir(), 'xorca-swap-')),
  ]);
  const amazon = { ...CREDENTIALS, endpoint: fauxqs.endpoint };
  const clients = {
    dynamodb: new DynamoDBClient({ ...CREDENTIALS, endpoint: dynamoDb.endpoint }),
    s3: new S3Client(amazon),
    sns: new SNSClient(amazon),
    sqs: new SQSClient(amazon),
  };
  return {
    ...clients,
    azurite,
    serviceBus,
    postgres,
    dir,
    async stop() {
      for (const client of Object.values(clients)) client.destroy();
      const servers = [dynamoDb, fauxqs, azurite, serviceBus, postgres];
      await Promise.all(servers.map((server) => server.stop()));
      await rm(dir, { recursive: true, force: true });
    },
  };
}
