import { createRunner, memoryPublisher } from '@xorca/core';
import { answering } from '../answering.ts';
import type { WiredStore } from '../at-the-wire.ts';
import { info, type Row } from '../row.ts';

const MINUTES_A_MONTH = 30 * 24 * 60;

/** What the timer trigger costs that looks each minute whether anything is due, while nothing is. */
export async function idleRows({ name, store, wire, bill }: WiredStore): Promise<Row[]> {
  const runner = createRunner(answering, { store: await store(), publisher: memoryPublisher() });
  const from = wire.calls.length;
  await runner.wake();
  const { units, dollars } = bill(wire.calls.slice(from));
  return [
    info(`${name}: a wake each minute for nothing, a month (each: ${units})`, MINUTES_A_MONTH, 'wakes'),
    info('  dollars', (MINUTES_A_MONTH / 1e6) * dollars, '$'),
  ];
}
