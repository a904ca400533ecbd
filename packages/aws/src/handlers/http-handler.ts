import type { Fleet, Orchestrator } from '@xorca/core';
import { type PlatformOf, takeRequest } from '@xorca/core/handlers';
import { isHttpEvent, readRequest } from './http-request.ts';
import type { LambdaOptions } from './lambda-options.ts';
import type { LambdaHandler } from './lambda-types.ts';
import { handlerOf, type Trigger } from './trigger.ts';

/** Requests of API Gateway and of function URLs. */
export const httpTrigger: Trigger = {
  shape: 'a request of an HTTP API or function URL (requestContext.http) or of a REST API (httpMethod)',
  is: isHttpEvent,
  take: (work, event, deadlineAt) => takeRequest(work, readRequest(event), deadlineAt),
};

/**
 * A function behind API Gateway (HTTP or REST) or a function URL. A request is one CloudEvent, structured or binary, or a batch, by `POST`.
 * The response says for each event what happened: 200 all taken, 503 send it again, 400 can never be taken, 207 some can never be taken;
 * 401 not verified, 405 wrong method, 413 too large, 415 no CloudEvents. Errors: those of `lambdaHandler`.
 *
 * @example
 * export const handler = httpHandler(books, { store: dynamodbStore({ table: 'xorca' }), publisher: eventBridgePublisher({ bus }) })
 */
export function httpHandler<What extends Orchestrator | Fleet>(
  what: What,
  platform: PlatformOf<What>,
  options: LambdaOptions<What> = {},
): LambdaHandler<What> {
  return handlerOf('httpHandler', [httpTrigger], what, platform, options);
}
