import { field, type ReadRequest } from '@xorca/core/handlers';

/** Whether it is a request of an HTTP API or a function URL (payload 2.0), or of a REST API (1.0). */
export function isHttpEvent(event: unknown): boolean {
  const http = field(field(event, 'requestContext'), 'http');
  return typeof field(http, 'method') === 'string' || typeof field(event, 'httpMethod') === 'string';
}

/** The request in an event of either form. */
export function readRequest(event: unknown): ReadRequest {
  const http = field(field(event, 'requestContext'), 'http');
  const values = valuesOf(event);
  const raw = field(event, 'body');
  const text = typeof raw === 'string' ? raw : '';
  const isBytes = field(event, 'isBase64Encoded') === true;
  const body: Uint8Array = isBytes ? Buffer.from(text, 'base64') : new TextEncoder().encode(text);
  const pairs = [...values].map(([name, all]) => [name, all.join(name === 'cookie' ? '; ' : ', ')]);
  return {
    method: textOf(field(http, 'method') ?? field(event, 'httpMethod')).toUpperCase(),
    path: textOf(field(event, 'rawPath') ?? field(event, 'path')),
    headers: Object.fromEntries(pairs),
    values,
    body,
    content: isBytes ? body : text,
    text: () => (isBytes ? new TextDecoder().decode(body) : text),
    event,
  };
}

function valuesOf(event: unknown): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  const add = (name: string, value: unknown) => {
    if (typeof value !== 'string') return;
    const key = name.toLowerCase();
    const known = values.get(key);
    if (known) known.push(value);
    else values.set(key, [value]);
  };
  // Of one value each, the last; the other has them all.
  const several = field(event, 'multiValueHeaders');
  const all = typeof several === 'object' && several !== null ? several : field(event, 'headers');
  if (typeof all === 'object' && all !== null) {
    for (const [name, value] of Object.entries(all)) {
      if (Array.isArray(value)) for (const each of value) add(name, each);
      else add(name, value);
    }
  }
  const cookies = field(event, 'cookies');
  if (Array.isArray(cookies)) for (const cookie of cookies) add('cookie', cookie);
  return values;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
