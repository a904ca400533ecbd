import { AsyncLocalStorage } from 'node:async_hooks';
import type { LogEntry } from '@xorca/core/handlers';
import type { FunctionsContext } from './functions-types.ts';

// A handler serves several invocations at once, and a line belongs to that which it came of.
const current = new AsyncLocalStorage<FunctionsContext | undefined>();

/** Does the work with the log of its invocation. */
export function inInvocation<Result>(
  context: FunctionsContext | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  return current.run(context, work);
}

/** Writes an entry as one line of JSON to the log of the invocation, where Application Insights finds it beside the invocation itself. */
export function invocationLog(entry: LogEntry): void {
  const line = JSON.stringify(entry);
  const context = current.getStore();
  if (typeof context?.[entry.level] === 'function') context[entry.level]?.(line);
  else console[entry.level](line);
}
