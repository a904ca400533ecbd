/** The last `max` values by key; the one not touched for longest goes first. */
export interface Recent<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
}

/** A bounded memory. `max` 0 remembers nothing. */
export function recent<Value>(max: number): Recent<Value> {
  const values = new Map<string, Value>();
  return {
    get: (key) => values.get(key),
    set(key, value) {
      values.delete(key);
      values.set(key, value);
      if (values.size > max) values.delete(values.keys().next().value as string);
    },
    delete(key) {
      values.delete(key);
    },
  };
}
