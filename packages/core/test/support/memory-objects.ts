import { conflict } from '../../src/errors.ts';
import type { ObjectStorage } from '../../src/stores/object-storage.ts';

/** An object storage in memory, as picky as S3: tags are a hash of the text, calls take turns, pages are short. */
export interface MemoryObjects extends ObjectStorage {
  readonly texts: Map<string, string>;
  readonly calls: string[];
}

export function memoryObjects(pageSize = 7): MemoryObjects {
  const texts = new Map<string, string>();
  const calls: string[] = [];
  const took = async (call: string) => {
    calls.push(call);
    for (let n = texts.size % 3; n >= 0; n--) await Promise.resolve();
  };
  return {
    texts,
    calls,
    async get(key) {
      await took(`get ${key}`);
      const text = texts.get(key);
      return text === undefined ? undefined : { text, tag: text };
    },
    async put(key, text, condition) {
      await took(`put ${key}`);
      const tag = texts.get(key);
      const holds =
        condition === 'any' || (condition === 'absent' ? tag === undefined : tag === condition.tag);
      if (!holds) throw conflict(key, condition === 'absent' ? undefined : 'another tag');
      texts.set(key, text);
      await took(`done ${key}`);
      return text;
    },
    async list(prefix, { limit, cursor }) {
      await took(`list ${prefix}`);
      const keys = [...texts.keys()].filter((key) => key.startsWith(prefix)).sort();
      const left = keys.filter((key) => cursor === undefined || key > cursor);
      const page = left.slice(0, Math.min(limit, pageSize));
      const last = page.at(-1);
      return { keys: page, ...(page.length < left.length && last !== undefined ? { next: last } : {}) };
    },
    async delete(key) {
      await took(`delete ${key}`);
      texts.delete(key);
    },
  };
}
