import { expect, it } from 'vitest';
import { failedIds } from './sqs-batch.ts';

const failing = (...ids: readonly unknown[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

it('a response that names no failure says that all succeeded', () => {
  for (const response of [null, {}, 'done', { batchItemFailures: null }, failing()]) {
    expect(failedIds(response, ['a', 'b'])).toEqual(new Set());
  }
});

it('a response that names messages of the batch says that these have failed', () => {
  expect(failedIds(failing('b'), ['a', 'b'])).toEqual(new Set(['b']));
  expect(failedIds(failing('b', 'a', 'b'), ['a', 'b'])).toEqual(new Set(['a', 'b']));
});

it('a response that names anything else says that the whole batch has failed', () => {
  for (const response of [
    failing('c'),
    failing('a', 'c'),
    failing(''),
    failing(null),
    failing(1),
    { batchItemFailures: [{ id: 'a' }] },
    { batchItemFailures: ['a'] },
    { batchItemFailures: [null] },
    { batchItemFailures: 'a' },
    { batchItemFailures: {} },
  ]) {
    expect(failedIds(response, ['a', 'b'])).toBe(undefined);
  }
});
