import { isXorcaError, XorcaError } from '@xorca/core';
import { messageOf } from '@xorca/core/backend';
import { identityError, isIdentityError } from './identity-errors.ts';

/** What a call was about, for the words of its error. */
export interface AzureCall {
  /** What was to be done, such as `PutBlob`. */
  readonly action: string;
  /** What it was made on: `container "processes"`. */
  readonly resource: string;
  /** What to do when the resource is not there, as a sentence. */
  readonly missing: string;
  /** The role that allows it: `Storage Blob Data Contributor`. */
  readonly role: string;
  readonly processId?: string;
}

/** The name by which Azure tells its errors apart, or an empty text. */
export function azureErrorName(cause: unknown): string {
  const { code, details, name } = (cause ?? {}) as {
    code?: unknown;
    name?: unknown;
    details?: { errorCode?: unknown; code?: unknown; odataError?: { code?: unknown } } | undefined;
  };
  // Storage has it in its answer's header, Table in the answer itself, Service Bus in the error.
  const all = [details?.errorCode, details?.odataError?.code, details?.code, code, name];
  for (const each of all) if (typeof each === 'string' && !/^(Error|RestError)$/.test(each)) return each;
  return '';
}

/** The HTTP status that the service answered with, or undefined when nothing was heard of it, or by AMQP. */
export function azureStatus(cause: unknown): number | undefined {
  const { statusCode } = (cause ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : undefined;
}

const MISSING = /^(ContainerNotFound|TableNotFound|QueueNotFound|ResourceNotFound|MessagingEntityNotFound)$/;
const DISABLED = /^(MessagingEntityDisabled)$/;
// A resource that was removed lately cannot be made again for some seconds.
const MOMENTARY =
  /^(ContainerBeingDeleted|TableBeingDeleted|QueueBeingDeleted|OperationTimedOut|InternalError|InternalServerError|ServiceTimeout|ServiceCommunicationProblem|SessionLockLost|MessageLockLost|TooManyRequests)$/;
const THROTTLED = /^(ServerBusy|ServiceBusy|TooManyRequests|AccountIOPSLimitExceeded)$/;
const FULL = /^(QuotaExceeded)$/;
const UNKNOWN_CALLER =
  /^(AuthenticationFailed|InvalidAuthenticationInfo|NoAuthenticationInformation|AuthenticationRequiredError)$/;
// Service Bus tells a wrong key and a missing right by one name.
const WRONG_KEY = /InvalidSignature|unauthorized operation|\b40103\b/i;
// By AMQP: https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-troubleshoot. The message was seen, and not taken.
const REFUSED =
  /^(NotImplementedError|InvalidOperationError|ArgumentError|ArgumentOutOfRangeError|DecodeError)\b/;
const KEYS_OFF = /^(KeyBasedAuthenticationNotPermitted)$/;
const DENIED =
  /^(AuthorizationFailure|AuthorizationPermissionMismatch|InsufficientAccountPermissions|UnauthorizedAccess)$/;
// A request that lay in a frozen function before it went out was signed too long ago. The next one is signed anew.
const SIGNED_LATE = /(request date header too old|signature not valid in the specified time frame)/i;

/** What a failed call of Azure is thrown as. An error of xorca stays as it is. */
export function azureError(cause: unknown, call: AzureCall): XorcaError {
  if (isXorcaError(cause)) return cause;
  if (isIdentityError(cause)) return identityError(cause, call);
  const name = azureErrorName(cause);
  const status = azureStatus(cause);
  const text = firstLine(saidBy(cause));
  const reason = name === '' || text.includes(name) ? text : `${text} (${name})`;
  const details = { cause, ...(call.processId === undefined ? {} : { processId: call.processId }) };
  const of = call.processId === undefined ? '' : ` for process ${JSON.stringify(call.processId)}`;
  const wrong = (message: string) => new XorcaError('XORCA_CONFIG', message, details);
  const isThrottled = THROTTLED.test(name) || status === 429;
  const isLate = SIGNED_LATE.test(allSaidBy(cause));
  const isMomentary = MOMENTARY.test(name) || isLate;

  if (MISSING.test(name)) {
    return wrong(`There is no ${call.resource} (${call.action}${of}: ${reason}). ${call.missing}`);
  }
  if (DISABLED.test(name)) {
    return wrong(
      `${call.action} on ${call.resource} was refused${of}: it is disabled; enable it (${reason}).`,
    );
  }
  if (KEYS_OFF.test(name)) {
    return wrong(
      `${call.resource} takes no keys (${call.action}${of}: ${reason}). Give endpoint and credential in place of the connection string, and assign the role "${call.role}".`,
    );
  }
  if (!isMomentary && (UNKNOWN_CALLER.test(name) || status === 401 || WRONG_KEY.test(text))) {
    return wrong(
      `Azure does not know who calls ${call.action} on ${call.resource}${of}: ${reason}. Correct the key of the connection string, or give the program an identity.`,
    );
  }
  if (!isMomentary && !isThrottled && (DENIED.test(name) || status === 403)) {
    return wrong(
      `No permission for ${call.action} on ${call.resource}${of}: ${reason}. Assign the role "${call.role}" to who calls, and see that the network rules let it in; an assignment takes some minutes to count.`,
    );
  }
  const isFull = FULL.test(name);
  const retryable =
    isThrottled ||
    isFull ||
    isMomentary ||
    status === undefined ||
    status === 408 ||
    (status >= 500 && status !== 501);
  const then = () => {
    if (isThrottled) return 'Azure was asked too much at once; try again.';
    if (isFull) return 'It is full: its consumer is down, or it is too small. Try again later.';
    if (isLate) return 'It was signed too long ago, and nothing was changed; try again.';
    if (!retryable) return 'Nothing was changed.';
    if (REFUSED.test(text)) return 'It was refused, and nothing was changed; try again when that is mended.';
    return 'It is not known whether a write arrived; try again.';
  };
  return new XorcaError(
    'XORCA_UNAVAILABLE',
    `${call.action} on ${call.resource} failed${of}: ${reason}. ${then()}`,
    { ...details, retryable },
  );
}

interface Answered {
  readonly details?: {
    readonly odataError?: { readonly message?: { readonly value?: unknown } };
    readonly authenticationErrorDetail?: unknown;
    readonly AuthenticationErrorDetail?: unknown;
  };
  readonly response?: { readonly bodyAsText?: unknown };
}

// The SDK for Table has the whole answer as its message.
function saidBy(cause: unknown): string {
  const { details } = (cause ?? {}) as Answered;
  const value = details?.odataError?.message?.value;
  return typeof value === 'string' && value !== '' ? value : messageOf(cause);
}

// Why a signature does not count stands apart from the message.
function allSaidBy(cause: unknown): string {
  const { details, response } = (cause ?? {}) as Answered;
  const { authenticationErrorDetail, AuthenticationErrorDetail } = details ?? {};
  return [messageOf(cause), authenticationErrorDetail, AuthenticationErrorDetail, response?.bodyAsText].join(
    '\n',
  );
}

// Storage puts the id and the time of the request on lines of their own.
function firstLine(text: string): string {
  const [line = ''] = text.split(/\r?\n/);
  return line.replace(/\.$/, '');
}
