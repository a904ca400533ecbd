import { isXorcaError, messageOf, XorcaError } from '../errors.ts';
import { assertProcessId } from '../process-id.ts';

/** What was in a delivery once its envelopes are off. */
export type Delivered =
  /** To be read by the runner: an event, or what is none. */
  | { readonly kind: 'event'; readonly event: unknown }
  /** A wake of one process, or, without an id, of all that are due; `at`: epoch ms it was asked for. */
  | { readonly kind: 'wake'; readonly id: string | undefined; readonly at?: number }
  /** Of our own form, and broken. */
  | { readonly kind: 'broken'; readonly error: XorcaError };

/** Whether it is a wake message: `{"xorca":"wake"}`, with the id of a process or without. */
export function isWake(value: unknown): value is { readonly id?: unknown; readonly at?: unknown } {
  return field(value, 'xorca') === 'wake';
}

/** What a wake message asks for. */
export function wakeOf({ id, at }: { readonly id?: unknown; readonly at?: unknown }): Delivered {
  if (id === undefined || id === null) return { kind: 'wake', id: undefined };
  try {
    assertProcessId(id as string);
    return { kind: 'wake', id: id as string, ...(typeof at === 'number' ? { at } : {}) };
  } catch (cause) {
    const message = `A wake message names no process that could be: ${messageOf(cause)}`;
    const code = isXorcaError(cause) ? cause.code : 'XORCA_INVALID_ID';
    return { kind: 'broken', error: new XorcaError(code, message) };
  }
}

/** A field of anything at all. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** What a text says as JSON, or the text itself. */
export function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
