import { awsScheduler, dynamodbStore, lambdaHandler, snsPublisher } from '@xorca/aws';
import { answering } from '../answering.ts';

const {
  XORCA_TABLE: table = '',
  XORCA_TOPIC_ARN: topicArn = '',
  XORCA_WAKE_QUEUE_URL: queueUrl = '',
} = process.env;

/** What a user's function is: an orchestrator on DynamoDB and SNS, with timers. */
export const orchestrator = lambdaHandler(answering, {
  store: dynamodbStore({ table }),
  publisher: snsPublisher({ topicArn }),
  scheduler: awsScheduler({ queueUrl }),
});
