import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { createTables, serviceBusPublisher, tableStore } from '@xorca/azure';
import type { CloudEvent } from '@xorca/core';
import { connectionTo, startAzurite } from '../../../../tools/emulators/azure/azurite.ts';
import { startServiceBus } from '../../../../tools/emulators/azure/service-bus.ts';
import { startWire } from '../../../../tools/emulators/azure/wire.ts';
import { startFunctions } from '../../../../tools/emulators/functions/functions.ts';
import { startServiceBusSource } from '../../../../tools/emulators/functions/service-bus-source.ts';
import { fireTimer } from '../../../../tools/emulators/functions/timer.ts';
import { bundle } from '../../../azure-bicep/src/bundle.ts';
import { temporaryFolder } from '../../../shared/test/temporary-folder.ts';
import type { Cloud, CloudOptions } from './cloud.ts';

const TOPIC = 'orchestration';
const WAKES = 'wakes';

/** The functions of `function-app.ts`, and which events each gets. */
const FUNCTIONS = {
  orchestrator: ['cmd.literature.summarise', { prefix: 'evt.' }],
  library: ['cmd.books.fetch'],
  summariser: ['cmd.gpt.summary'],
  regulations: [{ prefix: 'cmd.regulations.' }],
} as const;

// A worker that is killed fails all that it is doing, not only the invocation that is meant: more deliveries than elsewhere are in vain.
const DELIVERIES = 60;

/**
 * The example on Azure as far as it can be had on one machine: storage and Service Bus as processes of their own, and the app of
 * `function-app.ts` in worker processes with the programming model itself, behind sources that do what the host does.
 */
export async function startAzure({ books, fault, timeoutMs }: CloudOptions): Promise<Cloud> {
  const queue = { maxDeliveryCount: DELIVERIES };
  const subscriptions = Object.fromEntries(
    Object.entries(FUNCTIONS).map(([name, filter]) => [
      name,
      { ...queue, filter: [...filter], requiresSession: name === 'orchestrator' },
    ]),
  );
  const [azurite, bus] = await Promise.all([
    startAzurite(),
    startServiceBus({
      queues: { [WAKES]: queue },
      topics: { [TOPIC]: { subscriptions: { ...subscriptions, everything: {} } } },
    }),
  ]);
  const tables = await startWire(azurite.table);
  const place = { table: 'xorca', connection: azurite.connection };
  await createTables(place);
  await BlobServiceClient.fromConnectionString(azurite.connection).createContainer('pages');

  // As it is deployed: a worker that begins anew loads one file.
  const app = await temporaryFolder();
  await bundle(app);
  let isQuiet = false;
  const functions = await startFunctions({
    entry: join(app, 'index.mjs'),
    env: {
      Storage: connectionTo({ blob: azurite.blob, table: tables.endpoint }),
      ServiceBus: bus.connection,
      XORCA_TABLE: place.table,
      XORCA_CONTAINER: 'pages',
      XORCA_TOPIC: TOPIC,
      XORCA_WAKE_QUEUE: WAKES,
      BOOKS: books,
    },
    timeoutMs,
    concurrency: 2,
    fault: () => (isQuiet ? undefined : fault()),
  });
  const inputs = [...Object.keys(FUNCTIONS), WAKES];
  const sources = inputs.map((name) => startServiceBusSource({ functions, name }));
  const publisher = serviceBusPublisher({ topic: TOPIC, connection: bus.connection });
  const subscription = (name: string) => `${TOPIC}/Subscriptions/${name}`;

  return {
    store: tableStore(place),
    publisher,
    async cron() {
      // A crash of one is made good by the next.
      for (const name of Object.keys(FUNCTIONS))
        await fireTimer(functions, `${name}-wake`).catch(() => undefined);
    },
    // A worker runs many invocations, and would be killed for one of them long before the time of another is over.
    async silent(work) {
      isQuiet = true;
      try {
        return await tables.during('silent', work);
      } finally {
        isQuiet = false;
      }
    },
    stats: () => functions.stats,
    async dead() {
      const entities = [WAKES, ...Object.keys(FUNCTIONS).map(subscription)];
      const found = await Promise.all(entities.map((entity) => bus.dead(entity)));
      return found.flat().map(({ body }) => JSON.parse(body) as CloudEvent);
    },
    async sent() {
      const messages = await bus.messages(subscription('everything'));
      return messages.map(({ body }) => JSON.parse(body) as CloudEvent);
    },
    async stop() {
      await Promise.all(sources.map((source) => source.stop()));
      await functions.stop();
      await publisher.close();
      for (const { stop } of [tables, azurite, bus]) await stop();
    },
  };
}
