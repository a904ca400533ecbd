import { describe, expect, it } from 'vitest';
import { sample } from '../../../testing/src/contracts/store-case.ts';
import { storeContract } from '../../../testing/src/contracts/store-contract.ts';
import { memoryPublisher } from './memory-publisher.ts';
import { memoryStore } from './memory-store.ts';

describe('memoryStore', () => {
  for (const { name, run } of storeContract) it(name, () => run(memoryStore));

  it('does not copy a record that is frozen with its states', async () => {
    const store = memoryStore();
    const record = Object.freeze(sample('p', { states: Object.freeze(['Running']) }));
    await store.save(record, undefined);
    expect((await store.load('p'))?.record).toBe(record);
  });
});

describe('memoryPublisher', () => {
  it('shows what was published, oldest first', async () => {
    const publisher = memoryPublisher();
    const event = (id: string) => ({ specversion: '1.0', id, source: '/test', type: 'evt.test' });
    await publisher.publish([event('1'), event('2')]);
    await publisher.publish([event('3')]);
    expect(publisher.published.map(({ id }) => id)).toEqual(['1', '2', '3']);
  });
});
