import { XorcaBucket, XorcaFleet, XorcaOrchestrator, XorcaTable } from '@xorca/aws-cdk';
import type { Stack } from 'aws-cdk-lib';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';

/** The literature summary on AWS: one orchestrator, three fleets, a table, a topic, and a bucket for the pages of books. */
export function literatureSummary(stack: Stack, code: Code): void {
  const table = new XorcaTable(stack, 'Processes');
  const topic = new Topic(stack, 'Events', { enforceSSL: true });
  const bucket = new XorcaBucket(stack, 'Pages');

  const summaries = new XorcaOrchestrator(stack, 'Summaries', {
    table,
    topic,
    takes: ['cmd.literature.summarise', 'evt.*'],
    code,
    handler: 'index.orchestrator',
    // The platform in lambda.ts has no lock: the conditional write is enough.
    lock: false,
  });
  const fleet = { table, topic, code, storage: { bucket, prefix: 'pages/' } };
  const fleets = [
    new XorcaFleet(stack, 'Library', { ...fleet, takes: ['cmd.books.*'], handler: 'index.library' }),
    new XorcaFleet(stack, 'Summariser', { ...fleet, takes: ['cmd.gpt.*'], handler: 'index.summariser' }),
    new XorcaFleet(stack, 'Regulations', {
      ...fleet,
      takes: ['cmd.regulations.*'],
      handler: 'index.regulations',
    }),
  ];

  // All functions are of one file, which names the ports of all. Who may not use one has its name only.
  summaries.function.addEnvironment('XORCA_BUCKET', bucket.bucketName);
  for (const { function: fn } of fleets) {
    fn.addEnvironment('XORCA_WAKE_QUEUE_URL', summaries.wakeQueue.queueUrl);
  }
}
