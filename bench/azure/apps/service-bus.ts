import { app } from '@azure/functions';
import { azureScheduler, registerOrchestrator, serviceBusPublisher, tableStore } from '@xorca/azure';
import { answering } from '../../answering.ts';

const setting = 'ServiceBus';

/** What a user's app is: an orchestrator on Table Storage and Service Bus, with timers. */
registerOrchestrator(app, 'answering', answering, {
  platform: {
    store: tableStore({ setting: 'Storage', table: 'xorca' }),
    publisher: serviceBusPublisher({ setting, queue: 'commands' }),
    scheduler: azureScheduler({ serviceBus: { setting, queue: 'wakes' } }),
  },
  trigger: { type: 'serviceBusQueue', queueName: 'events', connection: setting },
});
