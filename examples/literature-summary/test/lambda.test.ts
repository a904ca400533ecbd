import { it } from 'vitest';
import { seed } from '../../shared/test/chance.ts';
import { startAws } from './cloud/aws.ts';
import { faultRun, PROCESSES } from './cloud/fault-run.ts';

it(
  `on AWS ${PROCESSES} processes end well while functions are killed, and nothing is lost or done twice (XORCA_SEED=${seed})`,
  {
    timeout: 240_000,
  },
  () => faultRun(startAws, { killedEach: 10 }),
);
