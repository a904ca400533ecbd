import { ContainerClient } from '@azure/storage-blob';
import { blobStore, createTables, tableStore } from '@xorca/azure';
import { connectionTo, startAzurite } from '../../tools/emulators/azure/azurite.ts';
import { startWire } from '../../tools/emulators/azure/wire.ts';
import { storeRows, type WiredStore } from '../at-the-wire.ts';
import type { Row } from '../row.ts';
import { durableFunctions } from './durable-functions.ts';
import { idleRows } from './idle.ts';
import { blobBill, tableBill } from './store-calls.ts';
import { ways } from './ways.ts';

/** (l) What an event costs on Azure: calls, bytes and transactions counted at the wire, and the dollars that they make. */
export async function azureStores(): Promise<Row[]> {
  const azurite = await startAzurite();
  const [toTable, toBlob] = await Promise.all([startWire(azurite.table), startWire(azurite.blob)]);
  let places = 0;
  const onTable = (name: string, compression: boolean): WiredStore => ({
    name,
    wire: toTable,
    bill: tableBill,
    async store() {
      const place = { connection: connectionTo({ table: toTable.endpoint }), table: `bench${++places}` };
      await createTables(place);
      return tableStore({ ...place, compression });
    },
  });
  const table = onTable('Table', false);
  const blob: WiredStore = {
    name: 'Blob',
    wire: toBlob,
    bill: blobBill,
    async store() {
      const place = { connection: connectionTo({ blob: toBlob.endpoint }), container: `bench-${++places}` };
      await new ContainerClient(place.connection, place.container).create();
      return blobStore(place);
    },
  };
  const rows = await storeRows([table, onTable('Table, compressed', true), blob]);
  for (const store of [table, blob]) rows.push(...(await idleRows(store)));
  for (const { stop } of [toTable, toBlob, azurite]) await stop();
  return [...rows, ...ways(), ...durableFunctions()];
}
