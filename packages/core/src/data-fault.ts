/**
 * What is wrong with data from outside, beginning with the field's name: more than `maxBytes` (estimated from below, without
 * writing the JSON), or a key that would reach for a prototype when somebody merges it.
 */
export function dataFault(data: unknown, maxBytes: number): string | undefined {
  const budget = { left: maxBytes };
  const fault = walk(data, 'data', budget, 0);
  return (
    fault ??
    (budget.left < 0 ? `data: is larger than ${maxBytes} bytes; store it and send a reference` : undefined)
  );
}

// Deeper than this no sane event is, and the JSON writers behind us would run out of stack.
const MAX_DEPTH = 200;

function walk(value: unknown, path: string, budget: { left: number }, depth: number): string | undefined {
  if (budget.left < 0) return undefined;
  if (typeof value === 'string') budget.left -= value.length + 2;
  else if (typeof value !== 'object' || value === null) budget.left -= 4;
  else if (depth > MAX_DEPTH) return `${path.slice(0, 60)}…: is nested deeper than ${MAX_DEPTH} levels`;
  else if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const fault = walk(value[i], `${path}[${i}]`, budget, depth + 1);
      if (fault || budget.left < 0) return fault;
    }
  } else {
    for (const key of Object.keys(value)) {
      if (key === '__proto__') return `${path}.__proto__: is no allowed key`;
      budget.left -= key.length + 3;
      const inner = (value as Record<string, unknown>)[key];
      if (typeof inner === 'string') {
        budget.left -= inner.length + 2;
        continue;
      }
      const fault = walk(inner, `${path}.${key}`, budget, depth + 1);
      if (fault || budget.left < 0) return fault;
    }
  }
  return undefined;
}
