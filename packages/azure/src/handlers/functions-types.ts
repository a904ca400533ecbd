import type { Fleet, Orchestrator } from '@xorca/core';
import type { RunnerOf, WakeCounts } from '@xorca/core/handlers';

/** What is read of the context of an invocation. `InvocationContext` of `@azure/functions` fits. */
export interface FunctionsContext {
  /** Says by which trigger it was invoked. Absent: it is told by what came. */
  readonly options?: { readonly trigger?: { readonly type?: string; readonly cardinality?: string } };
  /** Ids and counts of messages, for the log. */
  readonly triggerMetadata?: Readonly<Record<string, unknown>> | undefined;
  /** Take the lines of the log, so that they belong to the invocation. */
  warn?(...line: readonly unknown[]): void;
  error?(...line: readonly unknown[]): void;
}

/** What an invocation answers with: to HTTP a response, to a timer what it did; nothing else is heeded, and it is empty. */
export interface FunctionsResponse extends Partial<WakeCounts> {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** A function for Azure Functions, for the `handler` of whatever trigger it is registered with. */
export interface FunctionsHandler<What extends Orchestrator | Fleet = Orchestrator | Fleet> {
  (input: unknown, context?: FunctionsContext): Promise<FunctionsResponse>;
  /** The runner behind it, for endpoints and tests that need more of it than a trigger does (`start`, `get`, `waitFor`). */
  readonly runner: RunnerOf<What>;
  /** Whether what can never be taken is put aside at once (`deadLetters`), which batches need. */
  readonly putsAside: boolean;
}
