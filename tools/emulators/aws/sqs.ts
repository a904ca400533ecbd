import { join } from 'node:path';
import { type Emulator, startModule } from '../emulator.ts';

/** SQS alone, as strict as the real one: limits of batches, delays, FIFO groups, deduplication, dead letters. */
export async function startSqs(): Promise<Emulator> {
  return startModule(join(import.meta.dirname, 'sqs-server.ts'));
}
