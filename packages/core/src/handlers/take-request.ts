import type { CloudEvent } from '../cloud-event.ts';
import { decodeHttp } from '../http/decode-http.ts';
import type { Outcome } from '../outcome.ts';
import { handshake } from './http-handshake.ts';
import type { ReadRequest } from './http-request.ts';
import { type HttpResponse, type HttpResult, refusal, resultsResponse } from './http-response.ts';
import { refused } from './http-verify.ts';
import type { Work } from './work.ts';

/**
 * Takes the CloudEvents of a request, structured, binary or a batch, by `POST`. The response says for each event what happened: 200 all
 * taken, 503 send it again, 400 can never be taken, 207 some can never be taken; 401 not verified, 405 wrong method, 413 too large, 415 no
 * CloudEvents. Answers the handshake of webhooks, too.
 */
export async function takeRequest(
  work: Work,
  request: ReadRequest,
  deadlineAt: number,
): Promise<HttpResponse> {
  // A handshake brings no events, and who asks has nothing yet to prove himself with.
  const welcome = handshake(request, work.allowedOrigins);
  if (welcome) return welcome;
  const answer = (await refused(work, request)) ?? unfit(request, work.maxBodyBytes);
  if (answer) return answer;
  const read = decodeHttp(
    { headers: Object.fromEntries(request.values), body: request.content },
    { maxBytes: work.maxBodyBytes },
  );
  const good = read.flatMap(({ event, error }) => (error ? [] : [event]));
  const handled = (await work.handle(good, deadlineAt)).values();
  const results: HttpResult[] = [];
  for (const { event, error } of read) {
    const outcome: Outcome = error
      ? { status: 'rejected', ...(event ? { event } : {}), error, effects: [] }
      : (handled.next().value as Outcome);
    if (error) await work.tell(outcome);
    log(work, outcome);
    results.push(resultOf(outcome, event));
  }
  return resultsResponse(results);
}

const CLOUD_EVENTS = /^application\/cloudevents(?:-batch)?\+json *(?:;|$)/i;
const OF_CLOUD_EVENTS = /^application\/cloudevents/i;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json *(?:;|$)/i;

function unfit({ method, headers, values, body }: ReadRequest, maxBytes: number): HttpResponse | undefined {
  if (method !== 'POST') {
    return refusal(405, 'Events are sent by POST.', { allow: 'POST' });
  }
  const type = (headers['content-type'] ?? '').trim();
  const isBinary = [...values.keys()].some((name) => name.startsWith('ce-')) && !OF_CLOUD_EVENTS.test(type);
  const isKnown = isBinary ? type === '' || JSON_TYPE.test(type) : CLOUD_EVENTS.test(type);
  if (!isKnown) {
    return refusal(
      415,
      'Send application/cloudevents+json, application/cloudevents-batch+json, or JSON with headers ce-*.',
    );
  }
  if (body.length <= maxBytes) return undefined;
  return refusal(
    413,
    `The body has ${body.length} bytes, and at most ${maxBytes} are taken (maxBodyBytes). Send fewer events at once, or large data elsewhere.`,
  );
}

function log(work: Work, { status, error, event }: Outcome): void {
  if (!error || (status !== 'failed' && status !== 'rejected') || error.code === 'XORCA_ORDER') return;
  const next =
    status === 'failed'
      ? 'Its sender is told to send it again.'
      : 'Its sender is told that it is never taken.';
  work.warn({ level: 'warn', error, event, origin: { trigger: 'http' }, next });
}

function resultOf({ status, reason, error }: Outcome, event: CloudEvent | undefined): HttpResult {
  const { id }: { id?: unknown } = event ?? {};
  return {
    status,
    ...(typeof id === 'string' ? { id } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(error ? { error: { code: error.code, message: messageFor(status, error.message) } } : {}),
  };
}

// Why it failed names tables, buckets and permissions, which are no sender's business; the log has it.
function messageFor(status: Outcome['status'], message: string): string {
  return status === 'failed' ? 'It was not taken now. Send it again.' : message;
}
