import { expect, it } from 'vitest';
import { memoryObjects } from '../../test/support/memory-objects.ts';
import { XorcaError } from '../errors.ts';
import { deadLettersIn } from './dead-letters-in.ts';

const letter = (body: string) => ({
  body,
  error: new XorcaError('XORCA_INVALID_EVENT', 'data.cents: a number is wanted.'),
  trigger: 'serviceBus',
  messageId: 'm1',
  event: {
    specversion: '1.0' as const,
    id: 'e1',
    type: 'evt.paid',
    source: '/bank',
    subject: 'order-1',
    data: { iban: 'DE00' },
  },
});

it('what can never be taken is kept once, however often it comes, with the reason beside it', async () => {
  const objects = memoryObjects();
  const putAside = deadLettersIn({ objects, prefix: 'orders/' });
  await putAside(letter('{"a":1}'));
  await putAside(letter('{"a":1}'));
  await putAside(letter('not json'));
  const { keys } = await objects.list('', { limit: 10 });
  expect(keys).toHaveLength(2);
  const kept = await Promise.all(keys.map(async (key) => JSON.parse((await objects.get(key))?.text ?? '')));
  expect(keys.every((key) => /^orders\/[0-9a-f]{64}\.json$/.test(key))).toBe(true);
  expect(kept.map(({ body }) => body).sort()).toEqual(['not json', '{"a":1}']);
  expect(kept[0]).toMatchObject({
    code: 'XORCA_INVALID_EVENT',
    message: 'data.cents: a number is wanted.',
    trigger: 'serviceBus',
    messageId: 'm1',
    event: { id: 'e1', type: 'evt.paid', source: '/bank', subject: 'order-1' },
  });
});

it('wrong options are told at once', () => {
  const objects = memoryObjects();
  expect(() => deadLettersIn({} as never)).toThrow(expect.objectContaining({ code: 'XORCA_CONFIG' }));
  expect(() => deadLettersIn({ objects, prefx: '' } as never)).toThrow(/Did you mean "prefix"/);
});
