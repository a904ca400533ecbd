import { it } from 'vitest';
import { seed } from '../../shared/test/chance.ts';
import { startAzure } from './cloud/azure.ts';
import { faultRun, PROCESSES } from './cloud/fault-run.ts';

// Each event is an invocation here, and a worker that is killed takes along all that it is doing: some 30 kills of 2,000 invocations.
const KILLED_EACH = 60;

it(
  `on Azure ${PROCESSES} processes end well while workers are killed, and nothing is lost or done twice (XORCA_SEED=${seed})`,
  {
    timeout: 240_000,
  },
  () => faultRun(startAzure, { killedEach: KILLED_EACH }),
);
