import { join } from 'node:path';
import { type Emulator, startModule } from '../emulator.ts';

/** S3 with conditional writes, and SNS that delivers to its own SQS. */
export async function startFauxqs(): Promise<Emulator> {
  return startModule(join(import.meta.dirname, 'fauxqs-server.ts'));
}
