import { info, type Row } from '../row.ts';
import { PRICES } from './prices.ts';

/**
 * What Durable Functions asks of Azure Storage for an activity that is answered and causes the next: read out of the sources of
 * Azure/durabletask, commit 5217032 of 2026-06-24, `src/DurableTask.AzureStorage`. Nothing here is measured. With its defaults: no
 * extended sessions; messages below 45 KB, which need no blob; nobody else's message in the same batch, and a history of at most 1,000 rows,
 * which is one page.
 */
const QUEUE = [
  'GetMessage of the work item queue: Messaging/WorkItemQueue.cs, GetMessageAsync',
  'PutMessage of the answer into a control queue: AzureStorageOrchestrationService.cs, CompleteTaskActivityWorkItemAsync',
  'DeleteMessage of the work item queue: the same',
  'GetMessages of the control queue: Messaging/ControlQueue.cs, GetMessagesAsync',
  'PutMessage of the next activity: AzureStorageOrchestrationService.cs, CommitOutboundQueueMessages',
  'DeleteMessage of the control queue: the same file, DeleteMessageBatchAsync',
];
const TABLE = [
  'QueryEntities of the history: OrchestrationSessionManager.cs, ScheduleOrchestrationStatePrefetch',
  'Batch of four rows and the sentinel: Tracking/AzureTableTrackingStore.cs, UploadHistoryBatch',
  'InsertOrMergeEntity of the instance: the same file, UpdateInstanceTableAsync',
];

/**
 * On the Durable Task Scheduler, which is billed by actions: starting an activity is one, processing its result another
 * (learn.microsoft.com/azure/azure-functions/durable/durable-task-scheduler/durable-task-scheduler-billing). What an action costs is on
 * azure.microsoft.com/pricing/details/durable-task-scheduler.
 */
const ACTIONS = 2;

// A task hub has four control queues and the queue of work items, unless told otherwise.
const QUEUES = 5;
const SECONDS_A_MONTH = 30 * 24 * 3_600;
// In the plans Consumption and Premium the scale controller asks each queue so often, with or without instances; and each instance so often at
// least when nothing comes: learn.microsoft.com/azure/azure-functions/durable/durable-functions-azure-storage-provider#queue-polling
const SCALE_CONTROLLER_SECONDS = 10;
const IDLE_INSTANCE_SECONDS = 30;

/** What the same events cost with Durable Functions on Azure Storage, counted. */
export function durableFunctions(): Row[] {
  const dollars = QUEUE.length * PRICES.queue + TABLE.length * PRICES.table;
  const polls = (everySeconds: number) => (QUEUES * SECONDS_A_MONTH) / everySeconds;
  const idle = (who: string, everySeconds: number) => [
    info(`  a month of idle queues, asked by ${who}`, polls(everySeconds), 'requests'),
    info('    dollars', (polls(everySeconds) / 1e6) * PRICES.queue, '$'),
  ];
  return [
    info('Durable Functions on Azure Storage, counted: of queues an event', QUEUE.length, 'requests'),
    info('  of tables', TABLE.length, 'requests'),
    info('  a million events, their way included', dollars, '$'),
    ...idle('the scale controller', SCALE_CONTROLLER_SECONDS),
    ...idle('one instance', IDLE_INSTANCE_SECONDS),
    info('Durable Functions on the Durable Task Scheduler, counted: an event', ACTIONS, 'actions'),
  ];
}
