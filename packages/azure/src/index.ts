export type {
  DeadLetter,
  HttpRequest,
  LogEntry,
  PlatformOf,
  RunnerOf,
  RunnerOptionsOf,
  Verify,
  VerifyResult,
  WakeCounts,
} from '@xorca/core/handlers';
export type { AzureConnection, AzureCredential } from './azure-client.ts';
export { functionsHandler } from './functions-handler.ts';
export type { FunctionsOptions } from './handlers/functions-options.ts';
export type { FunctionsContext, FunctionsHandler, FunctionsResponse } from './handlers/functions-types.ts';
export type {
  EventGridTriggerOptions,
  HttpTriggerOptions,
  ServiceBusQueueTriggerOptions,
  ServiceBusTopicTriggerOptions,
  StorageQueueTriggerOptions,
  TimerTriggerOptions,
  TriggerOptions,
} from './handlers/trigger-options.ts';
export {
  type FunctionsApp,
  type RegisterNewOptions,
  type RegisterOptions,
  registerOrchestrator,
} from './register-orchestrator.ts';
