import type { Delivery } from './advance.ts';
import { bareFailureOf } from './bare-failure.ts';
import { invalid } from './cloud-event.ts';
import { validate } from './contract.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Outcome } from './outcome.ts';
import type { ProcessRecord } from './ports.ts';

/** Deliveries whose data fits its contract, and the outcomes of the others. `at` is a delivery's place in the batch. */
export interface Validated {
  readonly valid: ReadonlyArray<{ readonly at: number; readonly delivery: Delivery }>;
  readonly rejected: ReadonlyArray<{ readonly at: number; readonly outcome: Outcome }>;
}

/** Whether any delivery has a contract to be held against. Asked first, since most have none and holding takes turns. */
export function hasContract(orchestrator: Orchestrator, deliveries: readonly Delivery[]): boolean {
  return deliveries.some(({ event }) => orchestrator.hasContract(event.type));
}

/** Holds data against the contracts, but only for processes of this orchestrator: another's may have another contract. */
export async function validateDeliveries(
  orchestrator: Orchestrator,
  record: ProcessRecord | undefined,
  deliveries: readonly Delivery[],
): Promise<Validated> {
  const valid: Array<{ at: number; delivery: Delivery }> = [];
  const rejected: Array<{ at: number; outcome: Outcome }> = [];
  const begun = deliveries.find(({ starts }) => starts?.version)?.starts?.version;
  const version = record?.version ?? begun ?? orchestrator.versions.at(-1) ?? '';
  const ours = record === undefined || record.orchestrator === orchestrator.name;
  for (const [at, delivery] of deliveries.entries()) {
    const { event } = delivery;
    const bare = orchestrator.answer(event.type, version)?.ok === false && bareFailureOf(event) !== undefined;
    const schema = ours && !bare ? orchestrator.contract(event.type, version) : undefined;
    const result = schema ? await validate(schema, event.data) : undefined;
    if (result && 'fault' in result) {
      rejected.push({
        at,
        outcome: { status: 'rejected', event, error: invalid(event, result.fault), effects: [] },
      });
    } else {
      valid.push({
        at,
        delivery: result ? { ...delivery, raw: event, event: { ...event, data: result.value } } : delivery,
      });
    }
  }
  return { valid, rejected };
}
