import type { OutcomeStatus } from '../outcome.ts';

/** What became of one event of a request. */
export interface HttpResult {
  readonly status: OutcomeStatus;
  /** The event's, as far as it could be read. */
  readonly id?: string;
  /** In words, where the status leaves a question. */
  readonly reason?: string;
  /** Why it was not taken. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** A response to an HTTP request. The body is JSON: `{ results }` or `{ error }`. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

// As soon as a throttled store or bus may have room again, and long before any command times out.
const LATER = { 'retry-after': '5' };

/**
 * One result for each event, in their order, under the status that tells a sender what to do, since senders look at nothing else: any event that
 * must come again makes it 503 (the others are then duplicates); else those that can never be taken make it 400, or 207 where others were taken.
 */
export function resultsResponse(results: readonly HttpResult[]): HttpResponse {
  const has = (status: OutcomeStatus) => results.some((result) => result.status === status);
  const isAll = results.every((result) => result.status === 'rejected');
  const body = { results };
  if (has('failed')) return json(503, body, LATER);
  if (!has('rejected')) return json(200, body);
  return json(isAll ? 400 : 207, body);
}

/** A response to a request that was not looked at. */
export function refusal(
  statusCode: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return json(statusCode, { error: { code: 'XORCA_INVALID_EVENT', message } }, headers);
}

/** A response to a request that may be let in later. */
export function later(): HttpResponse {
  return bare(503, LATER);
}

/** A response without a body. */
export function bare(statusCode: number, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { statusCode, headers, body: '' };
}

function json(
  statusCode: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}
