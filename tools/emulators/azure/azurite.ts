import { join } from 'node:path';
import { startPrinting } from '../emulator.ts';

/** Azure's Blob, Queue and Table Storage, emulated by a process of its own on this machine. */
export interface Azurite {
  /** `http://127.0.0.1:<port>/devstoreaccount1` */
  readonly blob: string;
  readonly queue: string;
  readonly table: string;
  /** A connection string with the three of them. */
  readonly connection: string;
  stop(): Promise<void>;
}

/** The account that Azurite has, and its key, which is no secret: https://learn.microsoft.com/azure/storage/common/storage-connect-azurite */
export const ACCOUNT = {
  name: 'devstoreaccount1',
  key: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
} as const;

// It closes what was idle for 5 s, and a client that tries nothing again may be sending just then.
const KEEP_ALIVE_SECONDS = 3_600;

/** Starts it, empty. In memory: its requests take the same way as with files, and it starts and answers without a disk. */
export async function startAzurite(): Promise<Azurite> {
  const services = ['blob', 'queue', 'table'];
  const { found, stop } = await startPrinting(
    process.execPath,
    [
      join(import.meta.dirname, 'azurite-server.ts'),
      ...['--inMemoryPersistence', '--silent', '--disableTelemetry'],
      // The SDKs may speak a version that it does not know yet.
      '--skipApiVersionCheck',
      ...services.flatMap((service) => [`--${service}Host`, '127.0.0.1', `--${service}Port`, '0']),
      ...services.flatMap((service) => [`--${service}KeepAliveTimeout`, String(KEEP_ALIVE_SECONDS)]),
    ],
    endpointsIn,
  );
  return { ...found, connection: connectionTo(found), stop };
}

/** A connection string to some of the services. */
export function connectionTo(endpoints: {
  readonly blob?: string;
  readonly queue?: string;
  readonly table?: string;
}): string {
  const { blob, queue, table } = endpoints;
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${ACCOUNT.name}`,
    `AccountKey=${ACCOUNT.key}`,
    ...(blob === undefined ? [] : [`BlobEndpoint=${blob}`]),
    ...(queue === undefined ? [] : [`QueueEndpoint=${queue}`]),
    ...(table === undefined ? [] : [`TableEndpoint=${table}`]),
  ].join(';');
}

function endpointsIn(printed: string): Pick<Azurite, 'blob' | 'queue' | 'table'> | undefined {
  const endpointOf = (service: string) => {
    const listening = new RegExp(`Azurite ${service} service is successfully listening at (\\S+)\\n`);
    const [, endpoint] = listening.exec(printed) ?? [];
    return endpoint && `${endpoint}/${ACCOUNT.name}`;
  };
  const [blob, queue, table] = ['Blob', 'Queue', 'Table'].map(endpointOf);
  return blob && queue && table ? { blob, queue, table } : undefined;
}
