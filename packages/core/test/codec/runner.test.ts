import { describe, expect, test } from 'vitest';
import { compress, encrypt, withClaimCheck, withCodec } from '../../src/codec.ts';
import { XorcaError } from '../../src/errors.ts';
import { createRunner, memoryPublisher, memoryStore, type ProcessStore } from '../../src/index.ts';
import { event, literature, walk } from '../support/literature-machine.ts';
import { memoryObjects } from '../support/memory-objects.ts';

const wrapped = (inner: ProcessStore) =>
  withCodec(withClaimCheck(inner, { objects: memoryObjects(), threshold: 200 }), [
    compress({ minBytes: 0 }),
    encrypt({ keys: { k1: new Uint8Array(32).fill(1) }, use: 'k1' }),
  ]);

/** A store whose every second save lands and loses its reply, like a bad network. */
function losingReplies(inner: ProcessStore): ProcessStore {
  let saves = 0;
  return {
    ...inner,
    async save(...args) {
      const revision = await inner.save(...args);
      if (++saves % 2) throw new XorcaError('XORCA_UNAVAILABLE', 'no reply', { retryable: true });
      return revision;
    },
  };
}

describe.each([
  ['a store that answers', (inner: ProcessStore) => inner],
  ['a store that loses every second reply', losingReplies],
])('a runner over all wrappers over %s', (_, faulty) => {
  test.each([0, 10])('walks as over a plain store, with %d remembered records', async (warm) => {
    const inner = memoryStore();
    const publisher = memoryPublisher();
    const store = wrapped(faulty(inner));
    const runner = createRunner(literature, { store, publisher }, { warm, random: () => 0, settle: 'lazy' });
    for (const step of walk('b1')) expect((await runner.handle([step]))[0]?.status).toBe('applied');
    expect(publisher.published.map(({ id }) => id)).toEqual(['b1/1', 'b1/2', 'b1/3', 'b1/4', 'b1/5']);
    expect(await runner.get('b1')).toMatchObject({ status: 'done', output: { summary: 'Light bends.' } });
    expect((await inner.load('b1'))?.record.body).toMatch(/^xorca-(body|claim)\/1 /);
    const [late] = await runner.handle([event('b1', 'evt.gpt.summary.success', { summary: 'x' }, 'late')]);
    expect(late?.status).toBe('unhandled');
  });
});

test('an event for a process that cannot be read comes back as failed, and the record stays', async () => {
  const inner = memoryStore();
  const publisher = memoryPublisher();
  const codec = (use: string) => encrypt({ keys: { [use]: new Uint8Array(32).fill(2) }, use });
  const [start, fetched] = walk('b1');
  await createRunner(literature, { store: withCodec(inner, codec('old')), publisher }).handle([start]);
  const before = await inner.load('b1');
  const runner = createRunner(literature, { store: withCodec(inner, codec('new')), publisher });
  for (const delivery of [fetched, start]) {
    const [outcome] = await runner.handle([delivery]);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'XORCA_CODEC', processId: 'b1' } });
  }
  expect(await inner.load('b1')).toEqual(before);
});
