import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';

const entry = (name: string) => readFile(join(import.meta.dirname, '..', name), 'utf8');

/** What an entry file says beside its imports and its platform. */
async function partsOf(name: string) {
  const text = await entry(name);
  const from = text.indexOf('const fleets =');
  expect(from).toBeGreaterThan(0);
  return { platform: text.slice(0, from), rest: text.slice(from) };
}

it('the entry files for AWS and Azure differ from the local one by their imports and their platform alone', async () => {
  const local = await partsOf('local.ts');
  const [lambda, functions] = [await partsOf('lambda.ts'), await partsOf('function.ts')];
  expect(lambda.rest).toBe(local.rest);
  expect(functions.rest).toBe(lambda.rest);
  expect(local.rest).toMatch(/export const orchestrator = handler\(literatureSummary, platform\);/);
  // Nothing but imports and constants stands above.
  for (const { platform } of [local, lambda, functions]) {
    expect(platform.replaceAll(/^(import|export const|const) [^;]*;$/gm, '').trim()).toBe('');
  }
});

it('the local entry file summarises a book', async () => {
  vi.stubEnv('XORCA_DIR', await temporaryFolder());
  const { orchestrator, platform } = await import('../local.ts');
  try {
    await orchestrator.start({ id: 'tom-sawyer', input: { bookId: 'tom-sawyer' } });
    const { value, context } = await orchestrator.waitFor('tom-sawyer', 'done');
    expect(value).toBe('Done');
    expect(context).toMatchObject({ grounded: { grounded: true }, compliant: { compliant: true } });
  } finally {
    await platform.close();
    vi.unstubAllEnvs();
  }
});
