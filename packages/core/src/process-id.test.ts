import { expect, it } from 'vitest';
import { hostileIds } from '../../testing/src/contracts/hostile-ids.ts';
import { decodeProcessId, encodeProcessId } from './process-id.ts';

it('gives each id a key of its own, also where names ignore case, and reads back all that are not hashed', () => {
  const keys = hostileIds.map(encodeProcessId);
  expect(new Set(keys.map((key) => key.toLowerCase())).size).toBe(hostileIds.length);
  for (const [n, key] of keys.entries()) {
    expect(key).toMatch(/^[a-z0-9_=~-]{1,160}$/);
    expect(decodeProcessId(key)).toBe(key.includes('~~') ? undefined : hostileIds[n]);
  }
});
