import type { ProcessRecord } from '@xorca/core';

/** A record to save, with whatever a test cares for. */
export function record(id: string, part: Partial<ProcessRecord> = {}): ProcessRecord {
  return {
    id,
    orchestrator: 'books',
    version: '1',
    status: 'active',
    states: ['Running'],
    stuck: false,
    revision: 1,
    wakeAt: null,
    updatedAt: 0,
    body: '{}',
    ...part,
  };
}
