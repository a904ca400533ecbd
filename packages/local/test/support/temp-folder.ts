import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A folder of this test's own, removed when it is over. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'xorca-local-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Closes something when the test is over, before its folder goes. */
export function closing<T extends { close(): unknown }>(resource: T): T {
  cleanups.push(() => resource.close());
  return resource;
}

/** Runs something when the test is over. */
export function afterwards(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}
