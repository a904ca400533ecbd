import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { memoryStore, type ProcessRecord, type ProcessStore, type Revision } from '@xorca/core';
import { type BodyCodec, compress, encrypt, withCodec } from '@xorca/core/codec';
import { sqliteStore } from '@xorca/local';
import { inTurns } from './measure.ts';
import { info, type Row } from './row.ts';
import { scratchFolder } from './scratch.ts';

// From where hardly anything gets smaller to where a record is large for a table.
const KILOBYTES = [1, 2, 4, 16];
const ON_DISK = 4;
const SAVES = 60;

const CODECS: Readonly<Record<string, readonly BodyCodec[]>> = {
  compress: [compress({ minBytes: 0 })],
  encrypt: [encrypt({ keys: { 'key-1': new Uint8Array(32) }, use: 'key-1' })],
  both: [compress({ minBytes: 0 }), encrypt({ keys: { 'key-1': new Uint8Array(32) }, use: 'key-1' })],
};

/** What compression and encryption make of a record's size, and what a save and a load cost with them. */
export async function codec(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const kilobytes of KILOBYTES) {
    const body = proseOf(kilobytes * 1_024);
    for (const [name, codecs] of Object.entries(CODECS)) {
      const size = (await storedSize(body, codecs)) / body.length;
      rows.push(info(`${kilobytes} KB of text, ${name}: stored`, size, 'of it'));
    }
    // In memory a save costs next to nothing, so these are the codecs' own times.
    const stores = Object.entries(CODECS).map(
      ([name, codecs]) => [name, withCodec(memoryStore(), codecs)] as const,
    );
    rows.push(...(await times(`${kilobytes} KB in memory`, stores, body)));
  }
  return [...rows, ...(await onDisk())];
}

async function onDisk(): Promise<Row[]> {
  const dir = scratchFolder();
  const plain = sqliteStore({ path: join(dir, 'plain.db') });
  const inner = sqliteStore({ path: join(dir, 'both.db') });
  try {
    const stores = [
      ['plain', plain],
      ['both', withCodec(inner, CODECS['both'] ?? [])],
    ] as const;
    return await times(`${ON_DISK} KB on SQLite`, stores, proseOf(ON_DISK * 1_024));
  } finally {
    for (const store of [plain, inner]) store.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function times(
  where: string,
  stores: readonly (readonly [name: string, store: ProcessStore])[],
  body: string,
): Promise<Row[]> {
  const saves = await inTurns(
    15,
    Object.fromEntries(stores.map(([name, store]) => [name, () => perSave(store, body)])),
  );
  const loads = await inTurns(
    15,
    Object.fromEntries(stores.map(([name, store]) => [name, () => perLoad(store)])),
  );
  return stores.flatMap(([name]) => [
    info(`  ${where}, ${name}: a save`, saves[name] ?? Number.NaN, 'ms'),
    info(`  ${where}, ${name}: a load`, loads[name] ?? Number.NaN, 'ms'),
  ]);
}

async function perSave(store: ProcessStore, body: string): Promise<number> {
  let revision: Revision | undefined = (await store.load('p'))?.revision;
  const from = performance.now();
  for (let n = 0; n < SAVES; n++) revision = await store.save(record(body), revision);
  return (performance.now() - from) / SAVES;
}

async function perLoad(store: ProcessStore): Promise<number> {
  const from = performance.now();
  for (let n = 0; n < SAVES; n++) await store.load('p');
  return (performance.now() - from) / SAVES;
}

async function storedSize(body: string, codecs: readonly BodyCodec[]): Promise<number> {
  const inner = memoryStore();
  await withCodec(inner, codecs).save(record(body), undefined);
  return (await inner.load('p'))?.record.body.length ?? Number.NaN;
}

function record(body: string): ProcessRecord {
  return {
    id: 'p',
    orchestrator: 'books',
    version: '1.0.0',
    status: 'active',
    states: ['Collect'],
    stuck: false,
    revision: 1,
    wakeAt: null,
    updatedAt: 0,
    body,
  };
}

/** A record as the engine writes it, whose context is English prose: this project's own pages. */
function proseOf(bytes: number): string {
  const pages = ['ARCHITECTURE.md', 'README.md', 'CONTRIBUTING.md', 'docs/storage.md'].map((page) =>
    readFileSync(join(import.meta.dirname, '..', page), 'utf8'),
  );
  const frame = (text: string) =>
    JSON.stringify({
      seen: 'q3Vv7cC2dJ0xYk9wQ1mZ',
      format: 1,
      engine: 'xstate@5',
      machine: 'literature',
      hash: '5f0c6bd1',
      counter: 7,
      outbox: [],
      timers: [],
      sequence: 0,
      snapshot: { status: 'active', value: 'Collect', context: { text }, historyValue: {}, children: {} },
    });
  return frame(pages.join('').slice(0, bytes - frame('').length));
}
