import type { BlobDownloadResponseParsed, ContainerListBlobFlatSegmentResponse } from '@azure/storage-blob';
import { XorcaError } from '@xorca/core';
import { conflict, type KeyPage, type PutCondition } from '@xorca/core/backend';
import {
  type BlobContainer,
  type BlobPlace,
  blobContainer,
  isLeaseFault,
  isNoBlob,
  isRefused,
} from './blob-container.ts';
import { leaseFault } from './blob-lease-errors.ts';
import { isPlace } from './blob-place.ts';

/** A blob as it was read. */
export interface BlobFile {
  readonly text: string;
  readonly tag: string;
  readonly isPlace: boolean;
}

/** The blobs of a container, as texts. A write under a lease names it. */
export interface BlobFiles {
  readonly place: string;
  get(key: string): Promise<BlobFile | undefined>;
  put(key: string, text: string, condition: PutCondition, leaseId?: string): Promise<string>;
  list(prefix: string, options: { readonly limit: number; readonly cursor?: string }): Promise<KeyPage>;
  delete(key: string, leaseId?: string): Promise<void>;
}

/** The blobs that the options of a port name; `where` is the port, for errors. */
export function blobFiles(options: BlobPlace, where: string): BlobFiles {
  const container = blobContainer(options, where);
  const { place, nameOf, keyOf, call, failed } = container;

  return {
    place,

    async get(key) {
      try {
        return await call('GetBlob', async (client, limits) => {
          const found = await client.getBlockBlobClient(nameOf(key)).download(0, undefined, limits);
          return { text: await textOf(found), tag: tagOf(found, container), isPlace: isPlace(found) };
        });
      } catch (error) {
        if (isNoBlob(error)) return undefined;
        throw failed(error, 'GetBlob');
      }
    },

    async put(key, text, condition, leaseId) {
      const conditions = {
        ...(condition === 'any'
          ? {}
          : condition === 'absent'
            ? { ifNoneMatch: '*' }
            : { ifMatch: condition.tag }),
        ...(leaseId === undefined ? {} : { leaseId }),
      };
      try {
        const written = await call('PutBlob', (client, limits) =>
          client.getBlockBlobClient(nameOf(key)).upload(text, Buffer.byteLength(text), {
            blobHTTPHeaders: { blobContentType: 'application/json' },
            conditions,
            ...limits,
          }),
        );
        return tagOf(written, container);
      } catch (error) {
        if (condition !== 'any' && isRefused(error)) {
          throw conflict(key, condition === 'absent' ? undefined : condition.tag);
        }
        throw isLeaseFault(error) ? leaseFault(error, key) : failed(error, 'PutBlob');
      }
    },

    async list(keys, { limit, cursor }) {
      const page = await call('ListBlobs', async (client, limits) => {
        const pages = client.listBlobsFlat({ prefix: nameOf(keys), ...limits }).byPage({
          maxPageSize: Math.min(limit, MAX_KEYS),
          // The service's own marker, which says behind which name it goes on. `startFrom` would be a key, but an SDK or a service that
          // does not know it yet begins again from the first, and says nothing.
          ...(cursor === undefined ? {} : { continuationToken: cursor }),
        });
        const page: IteratorResult<ContainerListBlobFlatSegmentResponse, undefined> = await pages.next();
        return page.value;
      });
      const found = (page?.segment.blobItems ?? []).map(({ name }) => keyOf(name));
      const next = page?.continuationToken;
      return next ? { keys: found, next } : { keys: found };
    },

    async delete(key, leaseId) {
      try {
        await call('DeleteBlob', (client, limits) =>
          client.getBlockBlobClient(nameOf(key)).delete({
            // A blob that has snapshots is not deleted without them.
            deleteSnapshots: 'include',
            ...(leaseId === undefined ? {} : { conditions: { leaseId } }),
            ...limits,
          }),
        );
      } catch (error) {
        if (isNoBlob(error)) return;
        throw isLeaseFault(error) ? leaseFault(error, key) : failed(error, 'DeleteBlob');
      }
    },
  };
}

// Without a tag the next conditional write would name none.
function tagOf({ etag }: { readonly etag?: string }, { resource }: BlobContainer): string {
  if (etag) return etag;
  throw new XorcaError(
    'XORCA_CONFIG',
    `The storage behind ${resource} answers without an ETag, so a later write cannot say what it replaces. Keep processes in Azure Blob Storage itself.`,
  );
}

// One page of the service's; its price is that of one request however many names come.
const MAX_KEYS = 5_000;

// Fatal: damaged bytes must not turn into other text. A byte order mark belongs to the text.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

async function textOf({ readableStreamBody }: BlobDownloadResponseParsed): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readableStreamBody ?? []) chunks.push(Buffer.from(chunk));
  try {
    return decoder.decode(Buffer.concat(chunks));
  } catch {
    // Who reads it says that it is damaged, and of which process; thrown here, one such blob would fail a whole `due` or `list`.
    return '';
  }
}
