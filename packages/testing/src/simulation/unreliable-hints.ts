import type { Journal, Scheduler } from '@xorca/core';
import { comeBack, reach } from './unreliable-call.ts';
import type { Sandbox } from './world-state.ts';

/** A scheduler whose wakes never come: a hint may be lost, `due` is the truth. */
export function deafScheduler(sandbox: Sandbox): Scheduler {
  return {
    async wake(id) {
      await reach(sandbox, 'scheduler', id);
      await comeBack(sandbox, 'scheduler', id);
    },
  };
}

/** A journal on an unreliable way; what is written is kept by `journal`. */
export function unreliableJournal(sandbox: Sandbox, journal: Journal): Journal {
  return {
    ...journal,
    async append(id, entries) {
      await reach(sandbox, 'journal', id);
      await journal.append(id, entries);
      await comeBack(sandbox, 'journal', id);
    },
  };
}
