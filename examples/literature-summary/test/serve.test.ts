import { createCloudEvent } from '@xorca/core';
import { describe, expect, it } from 'vitest';
import type { Service } from '../src/fleet/contracts.ts';
import { type ServeOptions, serve } from '../src/serve.ts';

interface Input {
  readonly number: number;
}

/** Halves even numbers, fails over odd ones, throws over 0. */
const halve: Service<
  Input,
  { readonly half: number } | { readonly error: { readonly message: string } }
> = async ({ number }, { onProgress } = {}) => {
  onProgress?.({ done: 1, total: 2 });
  if (number === 0) throw new Error('The halver is out of order.');
  return number % 2 === 0 ? { half: number / 2 } : { error: { message: `${number} is odd` } };
};

const command = (number: number, id = `c${number}`) =>
  createCloudEvent({ id, type: 'cmd.halve', source: '/orch', subject: 'p/1 ü', data: { number } });

function answers(numbers: readonly number[], options: Partial<ServeOptions<Input, object>> = {}) {
  const handler = serve({ source: '/srvc/halver', service: halve, ...options });
  return handler(numbers.map((number) => command(number)));
}

describe('serve', () => {
  it('answers cmd.x with evt.x.success: same subject, own source, id and cause after the command', async () => {
    const { publish, failed } = await answers([4]);
    expect(publish).toMatchObject([
      {
        id: 'c4/answer',
        type: 'evt.halve.success',
        source: '/srvc/halver',
        subject: 'p/1 ü',
        causationid: 'c4',
        data: { half: 2 },
      },
    ]);
    expect(failed).toEqual([]);
  });

  it('answers a failure with evt.x.error and its data', async () => {
    const { publish } = await answers([3]);
    expect(publish).toMatchObject([
      {
        id: 'c3/answer',
        type: 'evt.halve.error',
        subject: 'p/1 ü',
        causationid: 'c3',
        data: { message: '3 is odd' },
      },
    ]);
  });

  it('gives a command delivered twice the same event twice, its time apart', async () => {
    const [first, second] = (await answers([4, 4])).publish ?? [];
    expect({ ...first, time: '' }).toEqual({ ...second, time: '' });
  });

  it('names a command over which the service throws as failed, says why, and answers the others', async () => {
    const troubles: string[] = [];
    const { publish, failed } = await answers([2, 0, 4], {
      onTrouble: (id, message) => troubles.push(`${id}: ${message}`),
    });
    expect(publish?.map(({ id }) => id)).toEqual(['c2/answer', 'c4/answer']);
    expect(failed).toMatchObject([{ id: 'c0', error: { message: 'The halver is out of order.' } }]);
    expect(troubles).toEqual(['p/1 ü: The halver is out of order.']);
  });

  it('passes on how far the service is, with the process it works for', async () => {
    const told: unknown[] = [];
    await answers([4], { onProgress: (...progress) => told.push(progress) });
    expect(told).toEqual([['p/1 ü', { done: 1, total: 2 }]]);
  });

  it('answers after its pace, not before', async () => {
    let answered = false;
    const answer = answers([4], { paceMs: 5 }).then(() => {
      answered = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    await answer;
  });
});
