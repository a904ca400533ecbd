import type { ContainerClient } from '@azure/storage-blob';
import { XorcaError } from '@xorca/core';
import { type AzureConnection, azureService } from './azure-client.ts';
import { azureErrorName } from './azure-errors.ts';
import { shown } from './shown-value.ts';

/** What a `ContainerClient` of `@azure/storage-blob` has, as far as it is asked for. */
export interface BlobContainerClient {
  readonly containerName: string;
  getBlockBlobClient(name: string): object;
  listBlobsFlat(options?: never): object;
}

/** Where blobs lie. */
export interface BlobPlace extends AzureConnection<BlobContainerClient> {
  /** The name of a container; left out where `client` is given, which names one. */
  readonly container?: string;
  /** Put before every name, such as `'xorca/'`. Default: none. */
  readonly prefix?: string;
}

/** An operation of Blob Storage, as its REST documentation names it. */
export type BlobAction =
  | 'GetBlob'
  | 'PutBlob'
  | 'DeleteBlob'
  | 'ListBlobs'
  | 'LeaseBlob'
  | 'GetBlobProperties'
  | 'SetBlobMetadata';

/** What each call takes along: when to give up. */
export interface CallLimits {
  readonly abortSignal?: AbortSignal;
}

/** One container as the ports call it. */
export interface BlobContainer {
  /** For errors: `container "x"`. */
  readonly resource: string;
  /** The container and what is put before names, by which two ports know that they mean the same blobs. */
  readonly place: string;
  /** The name of a blob, whole. */
  nameOf(key: string): string;
  /** A key out of a blob's name. */
  keyOf(name: string): string;
  /** Makes a call. A condition that does not hold, a lease that is another, and a blob that is not there, are thrown as the SDK throws them. */
  call<Answer>(
    action: BlobAction,
    make: (client: ContainerClient, limits: CallLimits) => Promise<Answer>,
  ): Promise<Answer>;
  /** What a call that failed is thrown as. */
  failed(cause: unknown, action: BlobAction): XorcaError;
}

// https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
const NAME = /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
// What the service or a URL on the way takes for another path: a backslash, an empty segment, one that ends in a dot.
const UNSAFE = /[\\\p{Cc}]|^\/|\/\/|\.\//u;
// A name has 1,024 characters at most, and a key 256.
const LONGEST_PREFIX = 700;

// For a client that is made here, each call with all its tries. A service that never answers must not take an invocation along, and a body
// of ten megabytes must come through half a megabyte a second.
const CALL_MS = 20_000;
// The SDK's own pauses grow from four seconds; who waits here has an event in hand. The first repetition comes at once.
const RETRIES = { maxTries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 2_000 };

/** The container of a port's options; `XORCA_CONFIG` unless they name one. */
export function blobContainer(options: BlobPlace, where: string): BlobContainer {
  const { prefix = '', client } = options;
  const container = containerName(options, where);
  if (typeof prefix !== 'string' || prefix.length > LONGEST_PREFIX || UNSAFE.test(prefix)) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `prefix of ${where} must be text of at most ${LONGEST_PREFIX} characters, without control characters, backslashes, "//", "./" and "/" at its beginning.`,
    );
  }
  const service = azureService<typeof import('./sdk/blob-sdk.ts'), ContainerClient>(options, {
    where,
    sdk: '@azure/storage-blob',
    method: 'getBlockBlobClient',
    endpoint: 'https://<account>.blob.core.windows.net',
    identity: {
      uris: ['blobServiceUri', 'serviceUri'],
      ofAccount: (account) => `https://${account}.blob.core.windows.net`,
    },
    load: () => import('./sdk/blob-sdk.ts'),
    fromConnection: (sdk, connection) =>
      new sdk.ContainerClient(connection, container, { retryOptions: RETRIES }),
    fromEndpoint: (sdk, endpoint, credential) =>
      new sdk.ContainerClient(`${endpoint.replace(/\/+$/, '')}/${container}`, credential as never, {
        retryOptions: RETRIES,
      }),
  });
  const resource = `container ${JSON.stringify(container)}`;
  const limits = (): CallLimits => (client ? {} : { abortSignal: AbortSignal.timeout(CALL_MS) });

  function failed(cause: unknown, action: BlobAction): XorcaError {
    return service.failed(cause, {
      action,
      resource,
      missing: 'Make it, or correct its name.',
      role: 'Storage Blob Data Contributor',
    });
  }

  return {
    resource,
    place: `${container}/${prefix}`,
    nameOf: (key) => prefix + key,
    keyOf: (name) => name.slice(prefix.length),
    async call(action, make) {
      const connected = await service.client();
      try {
        return await make(connected, limits());
      } catch (cause) {
        // A listing has none of these; whoever answers it so has failed.
        if (action !== 'ListBlobs' && (isNoBlob(cause) || isRefused(cause) || isLeaseFault(cause)))
          throw cause;
        throw failed(cause, action);
      }
    },
    failed,
  };
}

function containerName({ container, client }: BlobPlace, where: string): string {
  if (client !== undefined && container !== undefined) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `${where} has a client and a container: a client names its container, so leave one of them out.`,
    );
  }
  const name = client === undefined ? container : (client as BlobContainerClient | null)?.containerName;
  // What else a client lacks is told where it is looked at.
  if (client !== undefined || (typeof name === 'string' && NAME.test(name))) return String(name);
  throw new XorcaError(
    'XORCA_CONFIG',
    `${where} needs container: the name of a container, 3 to 63 small letters, digits and single "-", not ${shown(container)}.`,
  );
}

/** Whether a blob is not there. A container that is not there is another matter. */
export function isNoBlob(error: unknown): boolean {
  return azureErrorName(error) === 'BlobNotFound';
}

/** Whether the condition of a write did not hold: 409 where a blob should be absent, else 412, also for a blob that is gone. */
export function isRefused(error: unknown): boolean {
  return /^(BlobAlreadyExists|ConditionNotMet)$/.test(azureErrorName(error));
}

/** Whether a blob is leased, or is no longer leased by who says so. */
export function isLeaseFault(error: unknown): boolean {
  return /^Lease(Id|Lost|Not|Already|Is)/.test(azureErrorName(error));
}
