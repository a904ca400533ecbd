import { XorcaError } from '@xorca/core';
import { type AzureCall, azureError, azureErrorName } from './azure-errors.ts';
import { isIdentityError } from './identity-errors.ts';

/** A batch that was refused though each of its messages may be fine. */
export const REFUSED_TOGETHER = 'MessagesRefusedTogether';

/** The error itself, where the SDK made several tries and throws all of theirs. */
function lastError(cause: unknown): unknown {
  // A chain of credentials has errors, too, each of which counts.
  if (isIdentityError(cause)) return cause;
  const { errors } = (cause ?? {}) as { errors?: unknown };
  return Array.isArray(errors) && errors.length > 0 ? lastError(errors.at(-1)) : cause;
}

/** Whether a message was refused for what it is. */
export function isMessageFault(cause: unknown): boolean {
  return azureErrorName(lastError(cause)) === 'MessageSizeExceeded';
}

/** Whether the service does not allow what it was asked for (`amqp:not-allowed`); of a single message that may be mended. */
export function isNotAllowed(cause: unknown): boolean {
  const { message } = (lastError(cause) ?? {}) as { message?: unknown };
  return typeof message === 'string' && message.startsWith('InvalidOperationError');
}

/** Whether a batch was not allowed because the queue or topic is partitioned and the batch has several sessions. */
export function isPartitioned(cause: unknown): boolean {
  const { message } = (lastError(cause) ?? {}) as { message?: unknown };
  // "Batching brokered messages with distinct SessionId … is not supported for an entity with partitioning": https://github.com/Azure/amqpnetlite/issues/120
  return isNotAllowed(cause) && /partition(ed|ing)/i.test(String(message));
}

/** The same error, marked so that the messages go one by one. */
export function refusedTogether(cause: unknown): Error {
  const { message } = (lastError(cause) ?? {}) as { message?: unknown };
  return Object.assign(new Error(String(message), { cause }), { code: REFUSED_TOGETHER });
}

/** What a failed call of Service Bus is thrown as. */
export function serviceBusError(cause: unknown, call: AzureCall): XorcaError {
  const error = lastError(cause);
  const isRefused = isMessageFault(error) || azureErrorName(error) === REFUSED_TOGETHER;
  if (!isRefused) return azureError(error, call);
  const { message } = error as { message?: unknown };
  return new XorcaError(
    'XORCA_UNAVAILABLE',
    `${call.action} on ${call.resource} failed: ${String(message)} Nothing was changed.`,
    { cause, retryable: false },
  );
}
