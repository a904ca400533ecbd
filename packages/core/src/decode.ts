import { type CloudEvent, faultOfEvent, invalid } from './cloud-event.ts';
import { dataFault } from './data-fault.ts';
import { isXorcaError, messageOf, type XorcaError } from './errors.ts';
import { jsonFault } from './json-fault.ts';
import { assertProcessId } from './process-id.ts';

/** A delivery that can name a process, or the error that says why it cannot. */
export type Decoded =
  | { readonly event: CloudEvent; readonly id: string }
  | { readonly event?: CloudEvent; readonly error: XorcaError };

/** Reads what came in: a CloudEvent, one of the SDK's, or its JSON text. Never throws: one bad element must not spoil its batch. */
export function decodeEvent(raw: unknown, maxBytes: number): Decoded {
  if (typeof raw === 'string') {
    if (raw.length > maxBytes * 2)
      return { error: invalid(undefined, `event: is larger than ${maxBytes} bytes`) };
    try {
      return decodeEvent(JSON.parse(raw) as object, maxBytes);
    } catch (cause) {
      return { error: invalid(undefined, `event: is no JSON (${jsonFault(cause)})`) };
    }
  }
  const event = raw as CloudEvent;
  const fault =
    faultOfEvent(event) ??
    reserved(event) ??
    attributesFault(event) ??
    dataFault(event.data, maxBytes) ??
    base64Fault(event, maxBytes);
  if (fault) return { error: invalid(event, fault) };
  const id = event.subject as string;
  try {
    assertProcessId(id);
  } catch (error) {
    return { event, error: isXorcaError(error) ? error : invalid(event, `subject: ${messageOf(error)}`) };
  }
  return event.data === undefined && event.data_base64 !== undefined
    ? fromBase64(event, id, maxBytes)
    : { event, id };
}

function reserved(event: CloudEvent): string | undefined {
  // xstate acts on these by itself: a stranger's `xstate.stop` would end the machine.
  return event.type.startsWith('xstate.') ? 'type: must not begin with "xstate."' : undefined;
}

// CloudEvents 1.0.2 asks nobody to pass on an event of more than 64 KiB for its attributes' sake, and a record keeps those of early ones.
const MAX_ATTRIBUTES = 65_536;

function attributesFault(event: CloudEvent): string | undefined {
  let size = 0;
  for (const name in event) {
    const value = event[name];
    if (typeof value === 'string' && name !== 'data' && name !== 'data_base64') size += value.length;
  }
  if (size > MAX_ATTRIBUTES) return `event: its attributes are larger than ${MAX_ATTRIBUTES} characters`;
  // The answer's subject one day: an answer that cannot be sent would keep its process from ending.
  return event['replyto'] === '' ? 'replyto: must not be empty' : undefined;
}

function base64Fault(event: CloudEvent, maxBytes: number): string | undefined {
  const text: unknown = event.data_base64;
  if (text === undefined) return undefined;
  if (typeof text !== 'string') return 'data_base64: must be text';
  return text.length > maxBytes * 2 ? `data_base64: is larger than ${maxBytes} bytes` : undefined;
}

function fromBase64(event: CloudEvent, id: string, maxBytes: number): Decoded {
  try {
    const bytes = Uint8Array.from(atob(event.data_base64 ?? ''), (char) => char.charCodeAt(0));
    const data: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    const fault = dataFault(data, maxBytes);
    if (fault) return { event, error: invalid(event, fault) };
    const { data_base64: _, ...rest } = event;
    return { event: { ...rest, data } as CloudEvent, id };
  } catch (cause) {
    return { event, error: invalid(event, `data_base64: is no base64 of JSON (${jsonFault(cause)})`) };
  }
}
