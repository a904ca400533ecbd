import type { RpcData, RpcMetadata } from './rpc.ts';

// The forms in which .NET values reach the worker:
// https://github.com/Azure/azure-functions-host/blob/v4.x/src/WebJobs.Script.Grpc/MessageExtensions/GrpcMessageConversionExtensions.cs

/** `string`. */
export function text(value: string | undefined): RpcData | undefined {
  return value === undefined ? undefined : { string: value };
}

/** `string[]`: what is empty or not there falls out of the list, since the worker of Node does not ask for it. */
export function texts(values: ReadonlyArray<string | undefined>): RpcData {
  return {
    collectionString: { string: values.filter((value) => value !== undefined && value !== '') as string[] },
  };
}

/** `long[]`. */
export function longs(values: readonly number[]): RpcData {
  return { collectionSint64: { sint64: values } };
}

/** Anything else: a number, an object, a list of them. */
export function json(value: unknown): RpcData | undefined {
  return value === undefined ? undefined : { json: JSON.stringify(value) };
}

/** `DateTimeOffset` in UTC, as Json.NET writes it. */
export function offsetTime(time: Date): string {
  return `${localTime(time)}+00:00`;
}

/** `DateTimeOffset.DateTime`, which has lost that it is UTC. */
export function localTime(time: Date): string {
  return time.toISOString().replace(/\.?0*Z$/, '');
}

/** What is there of it. */
export function metadata(data: Readonly<Record<string, RpcData | undefined>>): RpcMetadata {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value)) as RpcMetadata;
}

/**
 * The metadata with the top properties of a body that is a JSON object. The host adds them, and they take the place of what has
 * the same name but for its case: a body with an `id` hides the id of its message. `ApplyBindingData` of
 * https://github.com/Azure/azure-functions-host/blob/v4.x/src/WebJobs.Script/Utility.cs
 */
export function withBody(data: RpcMetadata, body: string): RpcMetadata {
  const all: Record<string, RpcData> = { ...data };
  const names = new Map(Object.keys(all).map((name) => [name.toLowerCase(), name]));
  for (const [name, value] of Object.entries(objectIn(body) ?? {})) {
    if (value === null || Array.isArray(value)) continue;
    const known = names.get(name.toLowerCase()) ?? name;
    names.set(name.toLowerCase(), known);
    all[known] = typeof value === 'object' ? { json: JSON.stringify(value) } : { string: netText(value) };
  }
  return all;
}

function objectIn(body: string): object | undefined {
  if (!/^\s*\{.*\}\s*$/s.test(body)) return undefined;
  try {
    return JSON.parse(body) as object;
  } catch {
    return undefined;
  }
}

// Json.NET takes what looks like a time for one, and .NET writes it in the invariant culture.
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/;

function netText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'string' || !TIME.test(value) || Number.isNaN(Date.parse(value))) return String(value);
  const [, year, month, day, clock] = /^(\d+)-(\d+)-(\d+)T(.{8})/.exec(value) ?? [];
  return `${month}/${day}/${year} ${clock}`;
}
