/**
 * The first place in a value that JSON would lose or change, e.g. `context.due is a Date`; undefined when there is none.
 * A property that is `undefined` reads the same after a round trip and passes; inside an array it would become null.
 */
export function jsonFault(value: unknown, path: string, refs?: Set<string>): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : `${path} is ${value}`;
    case 'object':
      if (value === null) return undefined;
      return Array.isArray(value) ? arrayFault(value, path, refs) : objectFault(value, path, refs);
    default:
      return `${path} is a ${typeof value}`;
  }
}

function arrayFault(
  list: readonly unknown[],
  path: string,
  refs: Set<string> | undefined,
): string | undefined {
  for (let i = 0; i < list.length; i++) {
    const item = list[i];
    const fault = item === undefined ? `${path}[${i}] is undefined` : jsonFault(item, `${path}[${i}]`, refs);
    if (fault) return fault;
  }
  return undefined;
}

function objectFault(value: object, path: string, refs: Set<string> | undefined): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of another realm (a test runner's sandbox) has another Object.prototype, which itself has none.
  if (prototype !== null && prototype !== Object.prototype && Object.getPrototypeOf(prototype) !== null) {
    return `${path} is a ${value.constructor?.name || 'class instance'}`;
  }
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    if (inner === null || typeof inner === 'string' || typeof inner === 'boolean') continue;
    const fault = jsonFault(inner, `${path}.${key}`, refs);
    if (fault) return fault;
  }
  if (refs && 'xstate$$type' in value && 'id' in value) refs.add(String(value.id));
  return undefined;
}
