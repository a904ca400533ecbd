import { setTimeout } from 'node:timers/promises';
import {
  type CommandContract,
  type CommandHandler,
  type InputOf,
  type OutputOf,
  onCommand,
} from '@xorca/core';
import { type Failure, isFailure, type Progress, type Service } from './service.ts';

/** The service that a contract asks for. */
type ServiceFor<Contract extends CommandContract> = Service<
  OutputOf<Contract['input']>,
  InputOf<Contract['output']> | Failure<InputOf<NonNullable<Contract['error']>>>
>;

export interface ServeOptions {
  readonly onProgress?: ((processId: string, progress: Progress) => void) | undefined;
  /** Waits so long before each answer, to make the timeline slow enough to watch. */
  readonly paceMs?: number;
}

/** Makes a service answer a command: with its output, or with the contract's error for an answer that is a failure. */
export function serve<Contract extends CommandContract>(
  contract: Contract,
  service: ServiceFor<Contract>,
  { onProgress, paceMs = 0 }: ServeOptions = {},
): CommandHandler {
  return onCommand(contract, async (input, { processId, signal, fail }) => {
    const result = await service(input, {
      signal,
      onProgress: (progress) => onProgress?.(processId, progress),
    });
    if (paceMs > 0) await setTimeout(paceMs, undefined, { signal });
    if (isFailure(result as object)) return fail((result as Failure<never>).error);
    return result as InputOf<Contract['output']>;
  });
}
