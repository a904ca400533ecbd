import type { TableClient } from '@azure/data-tables';
import type { EventGridPublisherClient } from '@azure/eventgrid';
import {
  app,
  type HttpHandler,
  type InvocationContext,
  type StorageQueueHandler,
  type TimerHandler,
} from '@azure/functions';
import type { DefaultAzureCredential } from '@azure/identity';
import type { ServiceBusClient } from '@azure/service-bus';
import type { ContainerClient } from '@azure/storage-blob';
import type { QueueClient } from '@azure/storage-queue';
import type { Fleet, Orchestrator, Platform } from '@xorca/core';
import {
  azureScheduler,
  blobLeaseLock,
  blobStore,
  eventGridPublisher,
  type FunctionsContext,
  functionsHandler,
  registerOrchestrator,
  serviceBusPublisher,
  storageQueuePublisher,
  tableStore,
} from '../src/index.ts';

// Compiled, never run: what the SDKs have fits where a part of it is wanted.
declare const container: ContainerClient;
declare const table: TableClient;
declare const queue: QueueClient;
declare const bus: ServiceBusClient;
declare const grid: EventGridPublisherClient<'Custom'>;
declare const credential: DefaultAzureCredential;
declare const orders: Orchestrator;
declare const stock: Fleet;
declare const platform: Platform;

export const store = blobStore({ client: container, lock: blobLeaseLock({ client: container }) });
export const cheapest = tableStore({ client: table });
export const signed = tableStore({
  table: 'xorca',
  endpoint: 'https://a.table.core.windows.net',
  credential,
});
export const publishers = [
  storageQueuePublisher({ client: queue }),
  serviceBusPublisher({ client: bus, topic: 'orders' }),
  eventGridPublisher({ client: grid }),
];
export const schedulers = [
  azureScheduler({ serviceBus: { client: bus, queue: 'wakes' } }),
  azureScheduler({ storageQueue: { client: queue } }),
];

export const handler = functionsHandler(orders, platform);
export const fits: readonly [HttpHandler, StorageQueueHandler, TimerHandler] = [handler, handler, handler];
declare const invocation: InvocationContext;
export const context: FunctionsContext = invocation;
registerOrchestrator(app, 'orders', handler, { trigger: { type: 'eventGrid' } });
registerOrchestrator(app, 'stock', stock, { platform, trigger: { type: 'http', authLevel: 'anonymous' } });

// @ts-expect-error a trigger without the name of its queue
registerOrchestrator(app, 'orders', orders, { platform, trigger: { type: 'storageQueue', connection: 'S' } });
// @ts-expect-error an orchestrator without its platform
registerOrchestrator(app, 'orders', orders, { trigger: { type: 'eventGrid' } });
