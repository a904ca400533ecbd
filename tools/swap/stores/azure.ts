import { ContainerClient } from '@azure/storage-blob';
import { blobObjects, blobStore, createTables, tableStore } from '@xorca/azure';
import type { Place, SwapStore } from '../parts.ts';

/** One container a cell. */
export const blob: SwapStore = {
  name: 'Blob',
  async open(place) {
    const client = await newContainer(place, 'store');
    return blobStore({ client, clock: place.clock });
  },
};

/** Bodies over the limit of an entity go to Blob. */
export const table: SwapStore = {
  name: 'Table',
  async open(place) {
    const { connection } = place.servers.azurite;
    // Names of tables have no dashes.
    const at = { connection, table: place.name.replaceAll('-', '') };
    const [container] = await Promise.all([newContainer(place, 'bodies'), createTables(at)]);
    return tableStore({
      ...at,
      clock: place.clock,
      overflow: { objects: blobObjects({ client: container }) },
    });
  },
};

/** Makes a container for one purpose. */
export async function newContainer({ servers, name }: Place, purpose: string): Promise<ContainerClient> {
  const container = new ContainerClient(servers.azurite.connection, `${name}-${purpose}`);
  await container.create();
  return container;
}
