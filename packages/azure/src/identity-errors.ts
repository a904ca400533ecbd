import { XorcaError } from '@xorca/core';
import type { AzureCall } from './azure-errors.ts';

/** What `@azure/identity` throws, as far as it is told apart. */
interface Credentials {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly statusCode?: unknown;
  /** Of each credential of a chain. */
  readonly errors?: unknown;
  /** What the service of a managed identity answered, as MSAL tells it. */
  readonly cause?: { readonly errorCode?: unknown };
}

const NAMES = /^(CredentialUnavailableError|AuthenticationError|AggregateAuthenticationError)$/;
// The managed identity's service was found, and gave no token: the status of its answer is not told, only its words are.
const HEARD = /Authentication failed|Network unreachable|network_error|endpoints_resolution_error/;
// It knows no such identity, or is asked wrongly: asked again, it would say the same.
const FOR_GOOD =
  /\b(invalid_request|invalid_client|unauthorized_client|invalid_scope|invalid_resource|No User Assigned|Identity not found)\b/i;
// Each credential of the default chain has its own reason, of some hundred characters.
const MOST_CHARACTERS = 500;

/** Whether a call was not made at all, since who calls it could not be proved. */
export function isIdentityError(cause: unknown): boolean {
  const { name } = (cause ?? {}) as Credentials;
  return typeof name === 'string' && NAMES.test(name);
}

/** What a call is thrown as for which there was no token: `XORCA_CONFIG` without an identity, `XORCA_UNAVAILABLE` while its service is away. */
export function identityError(cause: unknown, call: AzureCall): XorcaError {
  const errors = innerErrors(cause);
  const heard = errors.filter(wasHeard);
  const reasons = [...heard, ...errors.filter((error) => !heard.includes(error))].map(reasonOf);
  const reason = shortened([...new Set(reasons)].join('; '));
  const of = call.processId === undefined ? '' : ` for process ${JSON.stringify(call.processId)}`;
  const details = { cause, ...(call.processId === undefined ? {} : { processId: call.processId }) };
  if (heard.length === 0 || heard.some(isForGood)) {
    return new XorcaError(
      'XORCA_CONFIG',
      `Azure does not know who calls ${call.action} on ${call.resource}${of}: ${reason}. Correct the credential, or give the program an identity.`,
      details,
    );
  }
  return new XorcaError(
    'XORCA_UNAVAILABLE',
    `${call.action} on ${call.resource} failed${of}, for there was no token for it: ${reason}. Nothing was changed; try again.`,
    { ...details, retryable: true },
  );
}

function innerErrors(cause: unknown): readonly Credentials[] {
  const { errors } = (cause ?? {}) as Credentials;
  return Array.isArray(errors) && errors.length > 0 ? errors.flatMap(innerErrors) : [cause as Credentials];
}

function wasHeard({ name, message, cause }: Credentials): boolean {
  if (name === 'AuthenticationError') return true;
  return typeof cause?.errorCode === 'string' || HEARD.test(String(message));
}

function isForGood({ name, message, statusCode }: Credentials): boolean {
  if (name === 'AuthenticationError') return statusCode === 400 || statusCode === 401;
  return FOR_GOOD.test(String(message));
}

function reasonOf({ message }: Credentials): string {
  const [line = ''] = String(message).split(/\r?\n/);
  return line.replace(/\.$/, '');
}

function shortened(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS).trimEnd()}…`;
}
