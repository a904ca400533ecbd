import type { Delivery } from '../advance.ts';
import type { CloudEvent } from '../cloud-event.ts';
import { validateNow } from '../contract.ts';
import type { Run } from './run.ts';

/**
 * An early event as it is kept. What a contract makes of data (a date of a text) need not survive JSON, so the event is kept as it came,
 * and the contract is asked again when a state takes it. One that answers with a promise cannot be asked then.
 */
export function keptEvent(run: Run, { event, raw }: Delivery): CloudEvent {
  return raw && checkedNow(run, raw) ? raw : event;
}

/** An early event as a machine gets it. */
export function takenEvent(run: Run, kept: CloudEvent): CloudEvent {
  return checkedNow(run, kept) ?? kept;
}

function checkedNow({ settings, version }: Run, event: CloudEvent): CloudEvent | undefined {
  const schema = settings.orchestrator.contract(event.type, version);
  if (!schema) return undefined;
  try {
    const checked = validateNow(schema, event.data, event.type);
    return 'value' in checked ? { ...event, data: checked.value } : undefined;
  } catch {
    return undefined;
  }
}
