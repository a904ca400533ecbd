/** The text of what a trigger brought: of bytes as UTF-8, of what the platform has parsed as JSON. Never throws. */
export function deliveryText(body: unknown): string {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  try {
    return JSON.stringify(body) ?? '';
  } catch {
    // Nested deeper than the stack is deep: parsing takes that, writing does not.
    return written(body);
  }
}

/** JSON of what was parsed of JSON, whatever its depth. */
function written(value: unknown): string {
  let text = '';
  const todo: { readonly text?: string; readonly value?: unknown }[] = [{ value }];
  for (let next = todo.pop(); next; next = todo.pop()) {
    if (next.text !== undefined) {
      text += next.text;
    } else if (typeof next.value !== 'object' || next.value === null) {
      text += JSON.stringify(next.value) ?? 'null';
    } else {
      const isList = Array.isArray(next.value);
      const parts = Object.entries(next.value);
      todo.push({ text: isList ? ']' : '}' });
      for (const [at, [key, part]] of [...parts.entries()].reverse()) {
        todo.push(
          { value: part },
          { text: `${at > 0 ? ',' : ''}${isList ? '' : `${JSON.stringify(key)}:`}` },
        );
      }
      text += isList ? '[' : '{';
    }
  }
  return text;
}
