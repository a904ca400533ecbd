import type { CommandContract, EventContract, InputOf } from '@xorca/core';
import type { Expected } from './match.ts';

/**
 * An event that was sent, its data typed by its contract: for the `effects` of an expectation.
 *
 * @example
 * .then({ effects: [sent(reserveStock, { item: 'organ', quantity: 1 })] })
 */
export function sent<Contract extends CommandContract>(
  contract: Contract,
  data: Expected<InputOf<Contract['input']>>,
): { readonly type: string; readonly data: unknown };
export function sent<Contract extends EventContract>(
  contract: Contract,
  data: Expected<InputOf<Contract['data']>>,
): { readonly type: string; readonly data: unknown };
export function sent({ type }: CommandContract | EventContract, data: unknown) {
  return { type, data };
}
