import { createOrchestrator } from '@xorca/core';
import { summaryMachine } from './machine.ts';
import { summaryDone, summaryFailed, summaryRejected, summaryWanted } from './summary.ts';

/** The orchestration: what starts it and what it tells. Its commands stand in the machine. It knows no cloud. */
export const literatureSummary = createOrchestrator({
  name: 'literature.summary',
  machines: { '1.0.0': summaryMachine },
  startOn: summaryWanted,
  events: [summaryDone, summaryRejected, summaryFailed],
});
