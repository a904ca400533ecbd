import { app } from '@azure/functions';
import { azureScheduler, registerOrchestrator, storageQueuePublisher, tableStore } from '@xorca/azure';
import { answering } from '../../answering.ts';

const setting = 'Storage';

/** An app that needs a storage account alone. */
registerOrchestrator(app, 'answering', answering, {
  platform: {
    store: tableStore({ setting, table: 'xorca' }),
    publisher: storageQueuePublisher({ setting, queue: 'commands' }),
    scheduler: azureScheduler({ storageQueue: { setting, queue: 'wakes' } }),
  },
  trigger: { type: 'storageQueue', queueName: 'events', connection: setting },
});
