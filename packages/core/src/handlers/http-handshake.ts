import type { ReadRequest } from './http-request.ts';
import { bare, type HttpResponse } from './http-response.ts';

/**
 * Answers the handshake of the CloudEvents webhook specification (1.0.2, section 4): a sender asks whether it may send. Undefined for a
 * request that is none, or where no origin is allowed: it is then a wrong method like any other.
 */
export function handshake(
  { method, headers }: ReadRequest,
  allowed: readonly string[] | undefined,
): HttpResponse | undefined {
  const origin = headers['webhook-request-origin'];
  if (method !== 'OPTIONS' || typeof origin !== 'string' || !allowed) return undefined;
  const isAllowed = allowed.some((each) => each === '*' || each.toLowerCase() === origin.toLowerCase());
  if (!isAllowed) return bare(403);
  // Whoever asks for a rate must get one; how much may come is set where functions are scaled.
  const rate: Record<string, string> = headers['webhook-request-rate'] ? { 'webhook-allowed-rate': '*' } : {};
  return bare(200, { allow: 'POST', 'webhook-allowed-origin': origin, ...rate });
}
