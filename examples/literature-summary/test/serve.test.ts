import {
  createCloudEvent,
  createFleet,
  createFleetRunner,
  defineCommand,
  memoryPublisher,
} from '@xorca/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ServeOptions, serve } from '../src/fleet/serve.ts';
import type { Failure, Service } from '../src/fleet/service.ts';

const halveNumber = defineCommand('cmd.halve', {
  input: z.object({ number: z.int() }),
  output: z.object({ half: z.int() }),
  error: z.object({ message: z.string() }),
});

/** Halves even numbers, fails over odd ones, throws over 0. */
const halve: Service<{ number: number }, { half: number } | Failure<{ message: string }>> = async (
  { number },
  { onProgress } = {},
) => {
  onProgress?.({ done: 1, total: 2 });
  if (number === 0) throw new Error('The halver is out of order.');
  return number % 2 === 0 ? { half: number / 2 } : { error: { message: `${number} is odd` } };
};

/** The outcomes of commands to halve numbers, and the answers that went out. */
async function asked(numbers: readonly number[], options: ServeOptions = {}) {
  const publisher = memoryPublisher();
  const fleet = createFleet({ source: '/srvc/halver', handlers: [serve(halveNumber, halve, options)] });
  const commands = numbers.map((number) =>
    createCloudEvent({
      id: `c${number}`,
      type: 'cmd.halve',
      source: '/orch',
      subject: 'p/1 ü',
      data: { number },
    }),
  );
  const outcomes = await createFleetRunner(fleet, { publisher }).handle(commands);
  return { outcomes, answers: publisher.published };
}

describe('serve', () => {
  it('answers with what the service gives, for the process that asks', async () => {
    const { answers } = await asked([4]);
    expect(answers).toMatchObject([
      { id: 'c4/answer', type: 'evt.halve.success', subject: 'p/1 ü', causationid: 'c4', data: { half: 2 } },
    ]);
  });

  it("answers a failure with the contract's error and its data", async () => {
    const { answers } = await asked([3]);
    expect(answers).toMatchObject([{ type: 'evt.halve.error', data: { message: '3 is odd' } }]);
  });

  it('has a command come again over which the service throws, and answers the others', async () => {
    const { outcomes, answers } = await asked([2, 0, 4]);
    expect(answers.map(({ id }) => id)).toEqual(['c2/answer', 'c4/answer']);
    expect(outcomes.map(({ status }) => status)).toEqual(['applied', 'failed', 'applied']);
    expect(outcomes[1]?.error?.message).toContain('The halver is out of order.');
  });

  it('passes on how far the service is, with the process it works for', async () => {
    const told: unknown[] = [];
    await asked([4], { onProgress: (...progress) => told.push(progress) });
    expect(told).toEqual([['p/1 ü', { done: 1, total: 2 }]]);
  });

  it('answers after its pace, not before', async () => {
    let answered = false;
    const answer = asked([4], { paceMs: 5 }).then(() => {
      answered = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    await answer;
  });
});
