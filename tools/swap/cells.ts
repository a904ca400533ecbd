import { join } from 'node:path';
import type { AcceptanceCell } from '@xorca/testing';
import { eventBridge } from './buses/event-bridge.ts';
import { eventGrid } from './buses/event-grid.ts';
import { local } from './buses/local.ts';
import { serviceBus } from './buses/service-bus.ts';
import { snsSqs } from './buses/sns-sqs.ts';
import { storageQueue } from './buses/storage-queue.ts';
import type { SwapBus, SwapStore } from './parts.ts';
import type { Servers } from './servers.ts';
import { dynamodb, s3 } from './stores/aws.ts';
import { blob, table } from './stores/azure.ts';
import { file, memory, sqlite } from './stores/local.ts';
import { postgres } from './stores/postgres.ts';

/** The rows of the matrix. */
export const STORES: readonly SwapStore[] = [memory, sqlite, file, dynamodb, s3, blob, table, postgres];
/** Its columns. */
export const BUSES: readonly SwapBus[] = [local, snsSqs, eventBridge, serviceBus, eventGrid, storageQueue];

let opened = 0;

/** A store with a bus, for cases that each get both anew. */
export function cellOf(store: SwapStore, bus: SwapBus, servers: () => Servers): AcceptanceCell {
  return {
    async open(clock) {
      const name = `cell-${++opened}`;
      const place = { servers: servers(), name, dir: join(servers().dir, name), clock };
      const openBus = await bus.open(place);
      const openStore = await store.open(place, openBus);
      return { store: openStore, bus: openBus, close: () => openStore.close?.() };
    },
  };
}
