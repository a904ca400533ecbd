import { isXorcaError, messageOf, XorcaError } from '../errors.ts';
import type { ReadRequest } from './http-request.ts';
import { type HttpResponse, later, refusal } from './http-response.ts';
import type { Work } from './work.ts';

/** The answer to a request that `verify` does not let in; undefined for one that may go on. */
export async function refused(work: Work, request: ReadRequest): Promise<HttpResponse | undefined> {
  if (!work.verify) return undefined;
  try {
    const { method, path, headers, body, text, event } = request;
    const answer: unknown = await work.verify({ method, path, headers, body, text, event });
    // Whatever else a function forgot to return must not open the door.
    if (answer === true) return undefined;
    return await refusalOf(answer);
  } catch (thrown) {
    const error = new XorcaError('XORCA_HANDLER', `verify of ${work.where} threw: ${messageOf(thrown)}.`);
    work.warn({
      level: 'warn',
      error,
      origin: { trigger: 'http' },
      next: 'The request was not let in.',
    });
    // Its own keys were out of reach, say: the sender did nothing wrong.
    const isMomentary = isXorcaError(thrown) && thrown.retryable;
    return isMomentary ? later() : refusal(401, 'The request could not be verified.');
  }
}

async function refusalOf(answer: unknown): Promise<HttpResponse> {
  const { status, text } = (answer ?? {}) as { status?: unknown; text?: unknown };
  const isError = Number.isInteger(status) && (status as number) >= 400 && (status as number) <= 599;
  if (!isError) return refusal(401, 'The request was not verified.');
  // Called on what it belongs to: a Response reads itself.
  const body = typeof text === 'function' ? await (answer as Response).text() : '';
  return { statusCode: status as number, headers: {}, body: String(body) };
}
