import { conflict, type ObjectStorage } from '@xorca/core/backend';

/** An object storage in this program's memory, for the bodies that overflow. */
export function memoryObjects(): ObjectStorage & { readonly keys: () => readonly string[] } {
  const texts = new Map<string, { readonly text: string; readonly tag: string }>();
  let tags = 0;
  return {
    keys: () => [...texts.keys()].sort(),
    get: async (key) => texts.get(key),
    async put(key, text, condition) {
      const tag = texts.get(key)?.tag;
      const wanted = condition === 'any' ? tag : condition === 'absent' ? undefined : condition.tag;
      if (tag !== wanted) throw conflict(key, wanted);
      texts.set(key, { text, tag: String(++tags) });
      return String(tags);
    },
    async list(prefix, { limit, cursor = '' }) {
      const keys = [...texts.keys()].filter((key) => key.startsWith(prefix) && key > cursor).sort();
      const next = keys[limit - 1];
      return keys.length > limit && next ? { keys: keys.slice(0, limit), next } : { keys };
    },
    async delete(key) {
      texts.delete(key);
    },
  };
}
