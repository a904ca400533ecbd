import { app } from '@azure/functions';
import { registerOrchestrator } from '@xorca/azure';
import { library, orchestrator, regulations, summariser } from './function.ts';

const connection = 'ServiceBus';
const bus = { type: 'serviceBusTopic', topicName: '%XORCA_TOPIC%', connection } as const;

// In order, one process's events after each other. Commands are carried out side by side.
registerOrchestrator(app, 'orchestrator', orchestrator, {
  trigger: { ...bus, subscriptionName: 'orchestrator', isSessionsEnabled: true },
});
for (const [name, fleet] of Object.entries({ library, summariser, regulations })) {
  registerOrchestrator(app, name, fleet, { trigger: { ...bus, subscriptionName: name } });
}
registerOrchestrator(app, 'wakes', orchestrator, {
  trigger: { type: 'serviceBusQueue', queueName: '%XORCA_WAKE_QUEUE%', connection },
  wake: false,
});
