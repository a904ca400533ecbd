import { ContainerClient } from '@azure/storage-blob';
import type { StoreUnderTest } from '@xorca/testing';
import { afterAll, beforeAll } from 'vitest';
import { connectionTo } from '../../../../tools/emulators/azure/azurite.ts';
import { startWire } from '../../../../tools/emulators/azure/wire.ts';
import type { Wire } from '../../../../tools/emulators/wire.ts';
import { type BlobStoreOptions, blobStore } from '../../src/index.ts';
import { type ClockedAzurite, startClockedAzurite } from './blob-azurite.ts';

/** What the tests of a file are given. */
export interface TestBlob {
  readonly wire: Wire;
  /** A connection string over the wire. */
  readonly connection: string;
  /** A client that tries once, over the wire, of a fresh container. */
  container(): Promise<ContainerClient>;
  /** One that tries a second time, as the SDK does by itself. */
  patient(container: ContainerClient): ContainerClient;
  /** One that goes past the wire. */
  direct(container: ContainerClient): ContainerClient;
  /** The time of Azurite goes on. */
  advance(ms: number): Promise<void>;
}

/** An emulator, and a wire to it, for the tests of one file. */
export function testBlob(): TestBlob {
  let azurite: ClockedAzurite;
  let wire: Wire;
  let containers = 0;
  beforeAll(async () => {
    azurite = await startClockedAzurite();
    wire = await startWire(azurite.blob);
  });
  afterAll(async () => {
    await wire.stop();
    await azurite.stop();
  });
  return {
    get wire() {
      return wire;
    },
    get connection() {
      return connectionTo({ blob: wire.endpoint });
    },
    async container() {
      const container = clientOf(wire.endpoint, `xorca-${++containers}`, 1);
      await container.create();
      return container;
    },
    patient: ({ containerName }) => clientOf(wire.endpoint, containerName, 2),
    direct: ({ containerName }) => clientOf(azurite.blob, containerName, 1),
    advance: (ms) => azurite.advance(ms),
  };
}

/** A client that tries so often. */
export function clientOf(blob: string, container: string, maxTries: number): ContainerClient {
  return new ContainerClient(connectionTo({ blob }), container, { retryOptions: { maxTries } });
}

/** A store in a fresh container, whose wire can be cut and whose clock goes on by the test. */
export async function storeUnderTest(
  { wire, container }: TestBlob,
  options: Partial<BlobStoreOptions> = {},
): Promise<StoreUnderTest> {
  let passed = 0;
  return {
    store: blobStore({
      client: await container(),
      clock: { now: () => Date.now() + passed },
      ...options,
    }),
    advance(ms) {
      passed += ms;
    },
    outages: {
      away: (work) => wire.during('away', work),
      throttled: (work) => wire.during('throttled', work),
      lostReply: (work) => wire.during('lostReply', work),
    },
  };
}
