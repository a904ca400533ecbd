import { XorcaError } from '../../errors.ts';
import { assertKnown, assertOptions } from '../../options.ts';
import type { BodyCodec } from './body-codec.ts';
import { unreadable } from './codec-error.ts';
import { type ByteStream, streamBytes } from './stream-bytes.ts';

/** How a body is compressed. `gzip` and `deflate-raw` are on every platform, `zstd` only on newer ones. */
export type CompressionAlgorithm = 'gzip' | 'deflate-raw' | 'zstd';

/** Options of `compress`. */
export interface CompressOptions {
  /**
   * For what is written; everything the platform knows is read. Default `'gzip'`: its checksum (18 bytes with the header) finds damage
   * that `'deflate-raw'` may take for a text. `'zstd'` is `XORCA_CONFIG` where the platform's CompressionStream lacks it.
   */
  readonly algorithm?: CompressionAlgorithm;
  /**
   * Smaller bodies, in UTF-8 bytes, stay as they are. Default 2,048: of records with English text gzip and base64 leave 83 % at 1 KB,
   * 71 % at 2 KB and 56 % at 16 KB, for 0.1 to 0.6 ms a save (`bench/codec.ts`). `Infinity`: nothing is compressed any more, only read.
   */
  readonly minBytes?: number;
  /**
   * The largest body, in UTF-8 bytes, that is compressed (`XORCA_STATE_TOO_LARGE`) or that a compressed one may become (`XORCA_CODEC`):
   * a forged record of 16 KB can unfold to 16 MB. Default 16,777,216 (16 MiB), 40 times the largest DynamoDB item: reading
   * that takes 64 MB beside the program's own, and parsing it as much again (measured), which a function of 256 MB has.
   */
  readonly maxBytes?: number;
}

const ALGORITHMS: readonly CompressionAlgorithm[] = ['gzip', 'deflate-raw', 'zstd'];

/**
 * Compresses bodies with the platform's CompressionStream. A body that would not get smaller as text (base64) stays as it is.
 * Errors: `XORCA_CONFIG`; on save `XORCA_STATE_TOO_LARGE`; on load `XORCA_CODEC`, when a body is damaged, too large or compressed with what the platform lacks.
 *
 * @example
 * const store = withCodec(memoryStore(), compress({ minBytes: 4_096 }))
 */
export function compress(options: CompressOptions = {}): BodyCodec {
  assertOptions(options, ['algorithm', 'minBytes', 'maxBytes'], 'compress');
  const { algorithm = 'gzip', minBytes = 2_048, maxBytes = 16_777_216 } = options;
  assertKnown(algorithm, ALGORITHMS, 'algorithm', 'compress');
  assertBytes(minBytes, 'minBytes');
  assertBytes(maxBytes, 'maxBytes');
  if (!compressor(algorithm)) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `compress cannot write ${algorithm}: this platform's CompressionStream does not know it. Take 'gzip', or a newer platform.`,
    );
  }
  return {
    name: 'compress()',

    async encode(bytes, { record }) {
      if (bytes.length < minBytes) return undefined;
      if (bytes.length > maxBytes) {
        throw new XorcaError(
          'XORCA_STATE_TOO_LARGE',
          `Process ${JSON.stringify(record.id)} was not saved: its body has ${bytes.length} bytes, and compress reads no more than ${maxBytes}. Make its context smaller, or raise maxBytes for all who read it.`,
          { processId: record.id },
        );
      }
      // Base64 turns 3 bytes into 4 characters: what does not get smaller than that only costs time.
      const limit = Math.floor((bytes.length * 3) / 4);
      const packed = await streamBytes(compressor(algorithm) as ByteStream, bytes, limit);
      return packed && { layer: algorithm, bytes: packed };
    },

    decode(layer, bytes, { record }) {
      return isAlgorithm(layer) ? unpacked(layer, bytes, record.id, maxBytes) : undefined;
    },
  };
}

async function unpacked(
  algorithm: CompressionAlgorithm,
  bytes: Uint8Array<ArrayBuffer>,
  id: string,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = decompressor(algorithm);
  if (!stream) {
    throw unreadable(
      id,
      `was compressed with ${algorithm}, which this platform's DecompressionStream does not know`,
      'Read it on the platform that wrote it, or on a newer one.',
    );
  }
  let body: Uint8Array<ArrayBuffer> | undefined;
  try {
    body = await streamBytes(stream, bytes, maxBytes);
  } catch (cause) {
    const fault = `does not decompress with ${algorithm}: it is damaged or cut off`;
    throw unreadable(id, fault, 'Restore the record from a backup.', cause);
  }
  if (body) return body;
  throw unreadable(
    id,
    `becomes larger than ${maxBytes} bytes when decompressed`,
    'If it is no forgery, raise maxBytes of compress.',
  );
}

function isAlgorithm(layer: string): layer is CompressionAlgorithm {
  return (ALGORITHMS as readonly string[]).includes(layer);
}

// The types know only the formats that all platforms have; asking is how one learns about the others.
function compressor(algorithm: CompressionAlgorithm): ByteStream | undefined {
  try {
    return new CompressionStream(algorithm as 'gzip');
  } catch {
    return undefined;
  }
}

function decompressor(algorithm: CompressionAlgorithm): ByteStream | undefined {
  try {
    return new DecompressionStream(algorithm as 'gzip');
  } catch {
    return undefined;
  }
}

function assertBytes(value: number, option: string): void {
  if (value >= 0) return;
  throw new XorcaError('XORCA_CONFIG', `${option} of compress must be a number of bytes, not ${value}.`);
}
