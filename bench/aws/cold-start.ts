import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createTables } from '@xorca/aws';
import { build } from 'esbuild';
import { CREDENTIALS } from '../../tools/emulators/aws/credentials.ts';
import { startDynamoDb } from '../../tools/emulators/aws/dynamodb.ts';
import { startFauxqs } from '../../tools/emulators/aws/fauxqs.ts';
import { startLambda } from '../../tools/emulators/lambda/lambda.ts';
import { median } from '../measure.ts';
import { info, type Row } from '../row.ts';
import { scratchFolder } from '../scratch.ts';

const STARTS = 9;

/** (k) A function on Lambda's protocol, bundled: how large it is, and how long its first event takes in a new process. */
export async function awsColdStart(): Promise<Row[]> {
  const emulators = await Promise.all([startDynamoDb(), startFauxqs()]);
  const [database, other] = emulators.map(({ endpoint }) => ({ ...CREDENTIALS, endpoint }));
  await createTables({ table: 'xorca', client: new DynamoDBClient({ ...database }) });
  const { TopicArn = '' } = await new SNSClient({ ...other }).send(new CreateTopicCommand({ Name: 'bench' }));
  const { QueueUrl = '' } = await new SQSClient({ ...other }).send(
    new CreateQueueCommand({ QueueName: 'wakes' }),
  );
  const folder = scratchFolder();
  const entry = join(folder, 'function.mjs');
  const code = await bundled(entry);
  // What the process alone costs.
  const empty = join(folder, 'empty.mjs');
  await writeFile(empty, 'export const empty = async () => ({});\n');
  const env = {
    AWS_ENDPOINT_URL_DYNAMODB: emulators[0].endpoint,
    AWS_ENDPOINT_URL: emulators[1].endpoint,
    XORCA_TABLE: 'xorca',
    XORCA_TOPIC_ARN: TopicArn,
    XORCA_WAKE_QUEUE_URL: QueueUrl,
  };
  const [first, second] = [await times(entry, 'orchestrator', env), await times(empty, 'empty', env)];
  for (const { stop } of emulators) await stop();
  await rm(folder, { recursive: true, force: true });
  return [
    info('code of a function with DynamoDB, SNS and SQS, minified', code.length / 1_024, 'KB'),
    info('  gzipped', gzipSync(code).length / 1_024, 'KB'),
    info('first event in a new process, from its start to the answer', first.cold, 'ms'),
    info('  the same of a function that does nothing', second.cold, 'ms'),
    info('  so importing, connecting and one event take', first.cold - second.cold, 'ms'),
    info('next event in the same process', first.warm, 'ms'),
  ];
}

async function bundled(outfile: string): Promise<Uint8Array> {
  await build({
    entryPoints: [join(import.meta.dirname, 'cold-function.ts')],
    outfile,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    conditions: ['@xorca/source'],
    mainFields: ['module', 'main'],
    // What is CommonJS in the SDK asks for Node's modules by require.
    banner: {
      js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
    },
  });
  return readFile(outfile);
}

/** Medians of the first and the second event of new processes. */
async function times(entry: string, handler: string, env: Record<string, string>) {
  const cold: number[] = [];
  const warm: number[] = [];
  for (let n = 0; n < STARTS; n++) {
    const lambda = await startLambda({ entry, handler, env });
    for (const list of [cold, warm]) {
      const from = performance.now();
      const answer = await lambda.invoke(eventOf(`${handler}-${n}-${list === cold ? 'a' : 'b'}`));
      list.push(performance.now() - from);
      const { batchItemFailures = [] } = answer as { batchItemFailures?: unknown[] };
      if (batchItemFailures.length > 0) throw new Error('The function did not take its event.');
    }
    await lambda.stop();
  }
  return { cold: median(cold), warm: median(warm) };
}

function eventOf(id: string): object {
  const body = JSON.stringify({ specversion: '1.0', id, source: '/bench', type: 'evt.begin', subject: id });
  const eventSourceARN = 'arn:aws:sqs:eu-central-1:000000000000:bench';
  return { Records: [{ messageId: id, body, attributes: {}, eventSource: 'aws:sqs', eventSourceARN }] };
}
