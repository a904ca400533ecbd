import type { CloudEvent, Outcome } from '@xorca/core';
import { inspectRecord } from '@xorca/core/backend';
import { judgeAcknowledged, judgePublished } from './judge-delivery.ts';
import { judgeDeletion, judgeSave } from './judge-save.ts';
import { appliedBy, baseOf, type ObservedProcess, type Save } from './observed.ts';
import type { Violation } from './violation.ts';

/** Sees what really happens to store and bus, behind all faults, and judges it at once. */
export interface Observer {
  readonly processes: ReadonlyMap<string, ObservedProcess>;
  /** Those that were deleted, as they were last. */
  readonly deleted: ReadonlyMap<string, ObservedProcess>;
  readonly violations: readonly Violation[];
  /** The orchestrators' events by id, each as it first went out. */
  readonly published: ReadonlyMap<string, CloudEvent>;
  readonly saves: number;
  readonly steps: number;
  saved(save: Pick<Save, 'record' | 'steps' | 'carried' | 'now'>): void;
  /** One call that sent events of orchestrators, in order. */
  sent(events: readonly CloudEvent[]): void;
  acknowledged(processId: string, event: CloudEvent, outcome: Outcome): void;
  removed(processId: string): void;
  blame(...violations: readonly Violation[]): void;
}

/** An observer of a world in which nothing has happened yet. */
export function observe(): Observer {
  const processes = new Map<string, ObservedProcess>();
  const deleted = new Map<string, ObservedProcess>();
  const published = new Map<string, CloudEvent>();
  const violations: Violation[] = [];
  let saves = 0;
  let steps = 0;
  const blame = (...found: readonly Violation[]) => void violations.push(...found);
  return {
    processes,
    deleted,
    violations,
    published,
    blame,
    get saves() {
      return saves;
    },
    get steps() {
      return steps;
    },
    saved({ record, steps: taken, carried, now }) {
      saves++;
      steps += taken.length;
      const before = processes.get(record.id);
      const inspection = inspectRecord(record, now);
      blame(...judgeSave({ record, inspection, before, steps: taken, carried, now }, published));
      const kept = [...inspection.details.outbox, ...carried];
      // Grown in place: copied at each save, they would cost more than the steps.
      const applied = before?.applied ?? new Set();
      const appliedEarly = before?.appliedEarly ?? new Set();
      const inputs = appliedBy(taken);
      for (const { input, isEarly } of inputs) (isEarly ? appliedEarly : applied).add(input);
      const startedBy = before ? before.startedBy : inputs[0]?.input;
      const decided = before?.decided ?? new Map();
      for (const event of kept) if (!decided.has(event.id)) decided.set(event.id, event);
      const base = before?.base ?? baseOf(record.id, kept, inspection.counter);
      processes.set(record.id, { record, inspection, applied, appliedEarly, startedBy, decided, base });
    },
    sent(events) {
      blame(...judgePublished(events, processes, published));
      for (const event of events) if (!published.has(event.id)) published.set(event.id, event);
    },
    acknowledged(processId, event, outcome) {
      blame(...judgeAcknowledged(processes.get(processId), processId, event, outcome));
    },
    removed(processId) {
      const last = processes.get(processId);
      if (!last) return;
      blame(...judgeDeletion(last, published));
      deleted.set(processId, last);
      processes.delete(processId);
    },
  };
}
