import { XorcaError } from '../../errors.ts';
import type { ProcessRecord, ProcessStore, ProcessSummary } from '../../ports.ts';
import { wrapStore } from '../wrap-store.ts';
import type { BodyCodec } from './body-codec.ts';
import { isBodyText, readBodyText, writeBodyText } from './body-text.ts';
import { unreadable } from './codec-error.ts';

const encoder = new TextEncoder();
// Fatal: damaged bytes must not turn into other text. A byte order mark belongs to the body.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A store whose bodies are encoded on their way in and decoded on their way out; all else passes through. A list is gone through
 * in its order: `[compress(), encrypt(…)]`. A stored body names what was done to it, so codecs and their options may change at any
 * time, as long as one of those given still reads what is stored; a body from before there was a codec reads as it is.
 *
 * `id`, `states`, `status`, times and the effects that a store carries to its bus stay in the clear.
 * Errors: `XORCA_CODEC` when a body cannot be decoded (the record is left as it is), `XORCA_CONFIG`, `XORCA_STATE_TOO_LARGE`
 * (`compress`), and those of the store.
 *
 * @example
 * const store = withCodec(memoryStore(), [compress(), encrypt({ keys: { 'key-1': secret }, use: 'key-1' })])
 */
export function withCodec(store: ProcessStore, codecs: BodyCodec | readonly BodyCodec[]): ProcessStore {
  const chain = [codecs].flat() as readonly BodyCodec[];
  const early = chain.slice(0, -1).find((codec) => codec.last);
  if (early) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `${early.name} must be the last codec of withCodec: what comes after it finds nothing left to compress. Put it at the end of the list.`,
    );
  }
  return wrapStore(store, {
    async load(id) {
      const stored = await store.load(id);
      if (!stored) return undefined;
      // The id that was asked for: what lies there must have been written for it.
      const body = await decoded(stored.record.body, { ...stored.record, id }, chain);
      return { ...stored, record: { ...stored.record, body } };
    },
    async save(record, expected, effects) {
      return store.save({ ...record, body: await encoded(record, chain) }, expected, effects);
    },
  });
}

async function encoded(record: ProcessRecord, chain: readonly BodyCodec[]): Promise<string> {
  const { body, ...summary } = record;
  if (!body.isWellFormed()) {
    throw new XorcaError(
      'XORCA_CODEC',
      `Process ${JSON.stringify(record.id)} was not saved: its body holds half a surrogate pair, which UTF-8 cannot carry. Write bodies with JSON.stringify, which escapes it.`,
      { processId: record.id },
    );
  }
  const layers: string[] = [];
  let bytes: Uint8Array<ArrayBuffer> = encoder.encode(body);
  for (const codec of chain) {
    const result = await codec.encode(bytes, { record: summary, layers: [...layers] });
    if (!result) continue;
    bytes = result.bytes;
    layers.push(result.layer);
  }
  // A body that looks like an encoded one is packed all the same: otherwise it would be unpacked by the next reader.
  return layers.length === 0 && !isBodyText(body) ? body : writeBodyText({ layers, bytes });
}

async function decoded(body: string, record: ProcessSummary, chain: readonly BodyCodec[]): Promise<string> {
  const layered = isBodyText(body) ? readBodyText(body) : undefined;
  if (typeof layered === 'string') {
    throw unreadable(record.id, layered, 'Update xorca here, or restore the record from a backup.');
  }
  const done = new Set<BodyCodec>();
  let bytes = layered?.bytes;
  for (let n = (layered?.layers.length ?? 0) - 1; n >= 0 && layered && bytes; n--) {
    const layer = layered.layers[n] ?? '';
    const about = { record, layers: layered.layers.slice(0, n) };
    let result: Promise<Uint8Array<ArrayBuffer>> | undefined;
    for (const codec of chain) {
      result = codec.decode(layer, bytes, about);
      if (!result) continue;
      done.add(codec);
      break;
    }
    if (!result) {
      throw unreadable(
        record.id,
        `went through ${layer}, which none of the codecs here reads (${chain.map(({ name }) => name).join(', ')})`,
        'Give withCodec the codec that wrote it.',
      );
    }
    bytes = await result;
  }
  const missing = chain.find((codec) => codec.required && !done.has(codec));
  if (missing) {
    throw unreadable(
      record.id,
      `did not come through ${missing.name}`,
      'If it was written before that codec was there, allow such bodies (allowPlain: true) until all are saved anew. Otherwise somebody wrote it who had no key.',
    );
  }
  return bytes ? textOf(bytes, record.id) : body;
}

function textOf(bytes: Uint8Array, id: string): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw unreadable(id, 'is no text', 'It is damaged: restore the record from a backup.', cause);
  }
}
