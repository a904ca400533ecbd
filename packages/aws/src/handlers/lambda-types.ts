import type { Fleet, Orchestrator } from '@xorca/core';
import type { HttpResponse, RunnerOf, WakeCounts } from '@xorca/core/handlers';
import type { SqsBatchResponse } from './sqs-handler.ts';

/** What is read of Lambda's context. That of `@types/aws-lambda` fits. */
export interface LambdaContext {
  /** Ms until Lambda ends the invocation. Absent: no deadline. */
  getRemainingTimeInMillis?(): number;
}

/**
 * What an invocation answers with: for SQS the messages that must come again, for HTTP a response, for a wake what it did; nothing for
 * what is invoked asynchronously.
 */
export type LambdaResponse = SqsBatchResponse | HttpResponse | WakeCounts | undefined;

/** A function for Lambda: export it under the name that the function is configured with. */
export interface LambdaHandler<What extends Orchestrator | Fleet = Orchestrator | Fleet> {
  (event: unknown, context?: LambdaContext): Promise<LambdaResponse>;
  /** The runner behind it, for endpoints and tests that need more of it than a trigger does (`start`, `get`, `waitFor`). */
  readonly runner: RunnerOf<What>;
}
