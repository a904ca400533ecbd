import { parentPort } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import type { Asked, Told } from './pglite.ts';

const postgres = new PGlite();
await postgres.waitReady;

parentPort?.on('message', async ({ number, text, values }: Asked) => {
  let told: Told;
  try {
    const { rows } = await postgres.query(text, values === undefined ? undefined : [...values]);
    told = { number, rows: rows as readonly object[] };
  } catch (error) {
    // Of an error only its message would come through.
    const { message, code } = error as Error & { readonly code?: string };
    told = { number, failure: { message, code } };
  }
  parentPort?.postMessage(told);
});
parentPort?.postMessage('ready');
