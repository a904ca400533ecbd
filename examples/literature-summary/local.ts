import { join } from 'node:path';
import { localHandler as handler, localPlatform } from '@xorca/local';
import { BOOKS } from '../shared/library/book.ts';
import rules from './rules.json' with { type: 'json' };
import { summaryFleets } from './src/fleet/index.ts';
import { createPageStore } from './src/fleet/page-store.ts';
import { literatureSummary } from './src/orchestrator.ts';

const dir = process.env['XORCA_DIR'] ?? '.xorca';
export const platform = localPlatform({ dir });
const pages = createPageStore(join(dir, 'pages'));

const fleets = summaryFleets({ books: process.env['BOOKS'] ?? BOOKS, pages, rules });
const runner = { idempotency: { store: platform.store } };

export const orchestrator = handler(literatureSummary, platform);
export const library = handler(fleets.library, platform, { runner });
export const summariser = handler(fleets.summariser, platform, { runner });
export const regulations = handler(fleets.regulations, platform, { runner });
