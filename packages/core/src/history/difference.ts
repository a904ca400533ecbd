import type { CloudEvent } from '../cloud-event.ts';
import type { JournalState, ProcessRecord } from '../ports.ts';
import { decodeBody } from '../record.ts';

/** In what a replayed save differs from the recorded one; undefined when in nothing that matters. */
export function differenceOf(
  after: JournalState,
  sent: readonly CloudEvent[],
  record: ProcessRecord | undefined,
  effects: readonly CloudEvent[],
): { readonly why: 'state' | 'status' | 'effects'; readonly message: string } | undefined {
  const status = record?.status ?? 'active';
  if (status !== after.status) {
    return { why: 'status', message: `it was ${after.status} then, and would be ${status}` };
  }
  const { value } = ((record && decodeBody(record).snapshot) ?? {}) as { value?: unknown };
  if (!sameValue(value, after.value)) {
    return {
      why: 'state',
      message: `it was in ${JSON.stringify(after.value)} then, and would be in ${JSON.stringify(value)}`,
    };
  }
  const [was, is] = [sent, effects].map((events) => events.map(({ type }) => type).join(', '));
  return was === is
    ? undefined
    : { why: 'effects', message: `it sent [${was}] then, and would send [${is}]` };
}

/** State values are texts and objects of state values; the order of regions says nothing. */
function sameValue(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => sameValue((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}
