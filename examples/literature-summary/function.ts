import {
  azureScheduler,
  blobObjects,
  functionsHandler as handler,
  serviceBusPublisher,
  tableStore,
} from '@xorca/azure';
import { BOOKS } from '../shared/library/book.ts';
import rules from './rules.json' with { type: 'json' };
import { summaryFleets } from './src/fleet/index.ts';
import { objectPages } from './src/fleet/object-pages.ts';
import { literatureSummary } from './src/orchestrator.ts';

const { XORCA_TABLE: table = '', XORCA_TOPIC: topic = '', XORCA_CONTAINER: container = '' } = process.env;
const { XORCA_WAKE_QUEUE: queue = '' } = process.env;
export const platform = {
  store: tableStore({ table, setting: 'Storage' }),
  publisher: serviceBusPublisher({ topic, setting: 'ServiceBus' }),
  scheduler: azureScheduler({ serviceBus: { queue, setting: 'ServiceBus' } }),
};
const pages = objectPages(blobObjects({ container, prefix: 'pages/', setting: 'Storage' }));

const fleets = summaryFleets({ books: process.env['BOOKS'] ?? BOOKS, pages, rules });
const runner = { idempotency: { store: platform.store } };

export const orchestrator = handler(literatureSummary, platform);
export const library = handler(fleets.library, platform, { runner });
export const summariser = handler(fleets.summariser, platform, { runner });
export const regulations = handler(fleets.regulations, platform, { runner });
