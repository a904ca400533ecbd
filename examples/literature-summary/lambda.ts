import { awsScheduler, dynamodbStore, lambdaHandler as handler, s3Objects, snsPublisher } from '@xorca/aws';
import { BOOKS } from '../shared/library/book.ts';
import rules from './rules.json' with { type: 'json' };
import { summaryFleets } from './src/fleet/index.ts';
import { objectPages } from './src/fleet/object-pages.ts';
import { literatureSummary } from './src/orchestrator.ts';

const { XORCA_TABLE: table = '', XORCA_TOPIC_ARN: topicArn = '', XORCA_BUCKET: bucket = '' } = process.env;
const { XORCA_WAKE_QUEUE_URL: queueUrl = '' } = process.env;
export const platform = {
  store: dynamodbStore({ table }),
  publisher: snsPublisher({ topicArn }),
  scheduler: awsScheduler({ queueUrl }),
};
const pages = objectPages(s3Objects({ bucket, prefix: 'pages/' }));

const fleets = summaryFleets({ books: process.env['BOOKS'] ?? BOOKS, pages, rules });
const runner = { idempotency: { store: platform.store } };

export const orchestrator = handler(literatureSummary, platform);
export const library = handler(fleets.library, platform, { runner });
export const summariser = handler(fleets.summariser, platform, { runner });
export const regulations = handler(fleets.regulations, platform, { runner });
