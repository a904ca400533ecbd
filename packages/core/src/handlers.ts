/**
 * What the handlers of clouds share: a runner behind a trigger, deliveries taken and told apart, wakes, CloudEvents over HTTP, the log and
 * the dead letters. An entry of its own: whoever writes no handler never meets these names.
 */
export type { DeadLetter } from './handlers/dead-letter.ts';
export { type DeadLettersInOptions, deadLettersIn } from './handlers/dead-letters-in.ts';
export { type Delivered, field, isWake, parsedOrText, wakeOf } from './handlers/delivered.ts';
export type { HandlerOptions } from './handlers/handler-options.ts';
export type { AnyRunner } from './handlers/handler-runner.ts';
export type { PlatformOf, RunnerOf, RunnerOptionsOf } from './handlers/handler-types.ts';
export type { HttpRequest, ReadRequest, Verify, VerifyResult } from './handlers/http-request.ts';
export type { HttpResponse, HttpResult } from './handlers/http-response.ts';
export type { LogEntry, Origin } from './handlers/log-entry.ts';
export { conclude, type Delivery, type Result, settle } from './handlers/settle.ts';
export { type ThrownBack, takeOrThrow } from './handlers/take-or-throw.ts';
export { takeRequest } from './handlers/take-request.ts';
export { type WakeCounts, wakeDue } from './handlers/wake-due.ts';
export { type Work, workOf } from './handlers/work.ts';
