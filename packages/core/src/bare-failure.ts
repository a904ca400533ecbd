import type { CloudEvent } from './cloud-event.ts';

/*
 * A process that ends because its deadline passed or somebody cancelled it has no data of the contract's error. Its answer says
 * so in an extension, and only code and message are read from it: it cannot pass data by the contract.
 */

/** The part of an error answer that stands for a reason no contract knows. */
export function bareFailure(code: string, message: string) {
  return { failurecode: code, data: { message } };
}

/** The reason an error answer carries instead of data, if it does. */
export function bareFailureOf(
  event: CloudEvent,
): { readonly code: string; readonly message: string } | undefined {
  const code: unknown = event['failurecode'];
  if (typeof code !== 'string') return undefined;
  const { message } = (event.data ?? {}) as { message?: unknown };
  return { code, message: typeof message === 'string' ? message : '' };
}
