import { app } from '@azure/functions';

/** What a worker with the programming model alone costs. */
app.storageQueue('answering', { queueName: 'events', connection: 'Storage', handler: () => ({}) });
