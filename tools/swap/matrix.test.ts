import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { acceptance } from '@xorca/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUSES, cellOf, STORES } from './cells.ts';
import { pageOf } from './page/page.ts';
import { results } from './page/results.ts';
import { type Servers, startServers } from './servers.ts';

const PAGE = join(import.meta.dirname, '../../docs/backends/README.md');
// Each cell waits for others of the same machine: a case that hangs is ended by its own patience long before.
const TIMEOUT_MS = 180_000;

const found = results();
let servers: Servers;
beforeAll(async () => {
  servers = await startServers(STORES.length * acceptance.length);
}, TIMEOUT_MS);
afterAll(() => servers?.stop());

for (const store of STORES) {
  for (const bus of BUSES) {
    describe.concurrent(`${store.name} with ${bus.name}`, () => {
      const cell = cellOf(store, bus, () => servers);
      for (const { name, title, run } of acceptance) {
        it(
          name,
          async () => {
            found.note(store.name, bus.name, title, false);
            await run(cell);
            found.note(store.name, bus.name, title, true);
          },
          TIMEOUT_MS,
        );
      }
    });
  }
}

// Not concurrent, and so behind all of them.
describe('the page of stores and buses', () => {
  it('says what the run found; XORCA_UPDATE=1 writes it anew', async () => {
    const page = pageOf({
      stores: STORES.map(({ name }) => name),
      buses: BUSES.map(({ name }) => name),
      cases: acceptance,
      results: found,
    });
    if (process.env['XORCA_UPDATE'] === '1') await writeFile(PAGE, page);
    expect(await readFile(PAGE, 'utf8')).toBe(page);
  });
});
