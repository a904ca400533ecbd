import type { CloudEvent } from './cloud-event.ts';
import { hasSeen, inputHash } from './dedupe-window.ts';
import type { ProcessRecord } from './ports.ts';
import { type ProcessDetails, processDetails } from './process-details.ts';
import { decodeBody } from './record.ts';

/** What a record says beyond what people are shown: for tools that judge whether every promise was kept. */
export interface RecordInspection {
  readonly details: ProcessDetails;
  /** The last number used in an effect's id. */
  readonly counter: number;
  /** Whether the dedupe window holds this input. */
  hasSeen(event: CloudEvent): boolean;
}

/** Reads a record whole. `now` (epoch ms) is what the ages in its details count to. Throws as `runner.get` does for a body it cannot read. */
export function inspectRecord(record: ProcessRecord, now: number): RecordInspection {
  const { counter, seen } = decodeBody(record);
  let details: ProcessDetails | undefined;
  return {
    // Made when it is asked for: most inspections are about the counter and the window.
    get details() {
      details ??= processDetails(record, now);
      return details;
    },
    counter,
    hasSeen: (event) => hasSeen(seen, inputHash(event)),
  };
}
