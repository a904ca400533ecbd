import type { CommandContract, CommandErrorData } from './command.ts';
import { XorcaError } from './errors.ts';

/**
 * Why a command brought no output, as `onError` gets it in `event.error`: plain data, which may go into the context.
 * `answered`: the service answered with an error, `data` is what its contract says. `timeout`: nobody answered in time.
 * `ended`: the process that carried it out ended otherwise (its deadline passed, it was cancelled, a command of its own failed).
 */
export type CommandFailure<Data = unknown> =
  | {
      readonly kind: 'answered';
      readonly command: string;
      /** How often it was sent. */
      readonly attempts: number;
      readonly data: Data;
    }
  | {
      readonly kind: 'timeout';
      readonly command: string;
      readonly attempts: number;
      readonly data?: undefined;
    }
  | {
      readonly kind: 'ended';
      readonly command: string;
      readonly attempts: number;
      /** `XORCA_DEADLINE_PASSED`, `XORCA_CANCELLED` or `XORCA_COMMAND`. */
      readonly code: string;
      readonly message: string;
      readonly data?: undefined;
    };

/**
 * The failure of a command in `onError`, with the error's data typed by its contract. `XORCA_CONFIG` when the event is not this
 * command's error.
 *
 * @example
 * onError: { actions: assign({ reason: ({ event }) => failureOf(fetchBook, event).data?.reason ?? 'no answer' }) }
 */
export function failureOf<Contract extends CommandContract>(
  contract: Contract,
  event: { readonly error: unknown },
): CommandFailure<CommandErrorData<Contract>> {
  const { error } = event;
  if (isCommandFailure(error) && error.command === contract.type) {
    return error as CommandFailure<CommandErrorData<Contract>>;
  }
  throw new XorcaError(
    'XORCA_CONFIG',
    `failureOf(${contract.type}) was given an event that is no error of this command. Use it in the onError of its own invoke.`,
  );
}

/** Whether something thrown or caught is the failure of a command. */
export function isCommandFailure(error: unknown): error is CommandFailure {
  if (typeof error !== 'object' || error === null) return false;
  const { kind, command, attempts } = error as Partial<CommandFailure>;
  return (
    (kind === 'answered' || kind === 'timeout' || kind === 'ended') &&
    typeof command === 'string' &&
    typeof attempts === 'number'
  );
}
