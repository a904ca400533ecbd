import { describe, it } from 'vitest';
import { storeContract } from '../../../testing/src/index.ts';
import { compress, encrypt, withClaimCheck, withCodec } from '../../src/codec.ts';
import type { ProcessStore } from '../../src/ports.ts';
import { memoryStore } from '../../src/stores/memory-store.ts';
import { objectStore } from '../../src/stores/object-store.ts';
import { memoryObjects } from '../support/memory-objects.ts';

const secret = () => encrypt({ keys: { 'key-1': new Uint8Array(32).fill(7) }, use: 'key-1' });
const all = () => [compress({ minBytes: 0 }), secret()];
const claimed = (store: ProcessStore, threshold?: number) =>
  withClaimCheck(store, { objects: memoryObjects(), ...(threshold === undefined ? {} : { threshold }) });

const STORES: Record<string, () => ProcessStore> = {
  'compress, with its defaults': () => withCodec(memoryStore(), compress()),
  'compress, whatever the size': () => withCodec(memoryStore(), compress({ minBytes: 0 })),
  encrypt: () => withCodec(memoryStore(), secret()),
  'compress and encrypt': () => withCodec(memoryStore(), all()),
  'claim check, with its defaults': () => claimed(memoryStore()),
  'claim check, whatever the size': () => claimed(memoryStore(), 0),
  'codec over claim check': () => withCodec(claimed(memoryStore(), 64), all()),
  'claim check over codec': () => claimed(withCodec(memoryStore(), all()), 64),
  'codec over claim check over objects, in one storage': () => {
    const objects = memoryObjects();
    return withCodec(withClaimCheck(objectStore(objects), { objects, threshold: 64 }), all());
  },
};

// What `compress` refuses to unfold, it refuses to write.
const MAX_BYTES = 500_000;
const bounded = () => ({
  store: withCodec(memoryStore(), compress({ maxBytes: MAX_BYTES })),
  maxBodyBytes: MAX_BYTES,
});

describe('compress, with a bound', () => {
  for (const { name, run } of storeContract) it(name, () => run(bounded));
});

describe.each(Object.entries(STORES))('%s', (_, make) => {
  for (const { name, run } of storeContract) it(name, () => run(make));
});
