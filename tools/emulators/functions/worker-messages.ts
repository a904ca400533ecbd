import type { LogLine } from './functions-core.ts';
import type { WorkerError } from './functions-error.ts';
import type { Input, Output, RegisteredFunction } from './rpc.ts';

/** What the host says to its worker. */
export interface ToWorker {
  readonly id: string;
  readonly name: string;
  readonly input: Input;
}

/** What the worker says to the host: that it has loaded the app, or what it logs, or how an invocation ended. */
export type FromWorker =
  | { readonly says: 'ready'; readonly functions: readonly RegisteredFunction[] }
  | { readonly says: 'failed'; readonly error: WorkerError }
  | { readonly says: 'log'; readonly line: LogLine }
  | { readonly says: 'output'; readonly id: string; readonly output: Output }
  | { readonly says: 'error'; readonly id: string; readonly error: WorkerError };
