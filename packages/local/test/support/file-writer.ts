// Writes one process of a file store again and again until it is killed.
import { fileStore } from '../../src/file-store.ts';

const [dir = ''] = process.argv.slice(2);
const store = fileStore({ dir });
const stored = await store.load('p');
let revision = stored?.revision;
for (let n = (stored?.record.revision ?? 0) + 1; ; n++) {
  const body = JSON.stringify({ n, text: String(n % 10).repeat(200_000) });
  const record = {
    id: 'p',
    orchestrator: 'books',
    version: '1',
    status: 'active' as const,
    states: [],
    stuck: false,
    revision: n,
    wakeAt: n,
    updatedAt: n,
    body,
  };
  revision = await store.save(record, revision);
  process.stdout.write(`${n}\n`);
}
