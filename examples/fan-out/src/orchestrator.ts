import { createOrchestrator } from '@xorca/core';
import { summariseBook } from './contracts.ts';
import { bookMachine } from './machine.ts';

/** Summarises books chapter by chapter. As it starts on a command, it answers like any other service. */
export const bookSummaries = createOrchestrator({
  name: 'book.chapters',
  machines: { '1.0.0': bookMachine },
  startOn: summariseBook,
});
