import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { PostgresClient } from '@xorca/postgres';

/** A statement on its way. */
export interface Asked {
  readonly number: number;
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** What became of it. */
export interface Told {
  readonly number: number;
  readonly rows?: readonly object[];
  readonly failure?: { readonly message: string; readonly code: string | undefined };
}

/** Postgres in a thread of its own: it computes as much as all that it is asked by. */
export interface Pglite extends PostgresClient {
  stop(): Promise<void>;
}

/** Starts it, empty. */
export async function startPglite(): Promise<Pglite> {
  const worker = new Worker(join(import.meta.dirname, 'pglite-worker.ts'), { execArgv: [] });
  const waiting = new Map<number, (told: Told) => void>();
  await once(worker, 'message');
  worker.on('message', (told: Told) => {
    waiting.get(told.number)?.(told);
    waiting.delete(told.number);
  });
  let asked = 0;
  return {
    async query(text, values) {
      const number = ++asked;
      const told = await new Promise<Told>((resolve) => {
        waiting.set(number, resolve);
        worker.postMessage({ number, text, ...(values === undefined ? {} : { values }) } satisfies Asked);
      });
      if (told.failure) throw Object.assign(new Error(told.failure.message), { code: told.failure.code });
      return { rows: (told.rows ?? []) as never };
    },
    async stop() {
      await worker.terminate();
    },
  };
}
