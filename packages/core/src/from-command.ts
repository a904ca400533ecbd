import type { ActorLogic, ActorSystem, EventObject, Snapshot } from 'xstate';
import type { CommandContract, CommandErrorData, CommandInput, CommandOutput } from './command.ts';
import type { CommandFailure } from './command-failure.ts';
import { type Duration, durationMs } from './duration.ts';
import { type CommandSettings, commandLogic } from './engine/command-logic.ts';
import { XorcaError } from './errors.ts';
import { assertOptions } from './options.ts';

/** How a command is sent again. */
export interface RetryOptions<Data = unknown> {
  /** How often it is sent in all, the first time included. */
  readonly attempts: number;
  /** The pause before the second attempt; it doubles with each. Default `'1s'`. */
  readonly backoff?: Duration;
  /** The longest pause. Default `'1h'`. */
  readonly maxBackoff?: Duration;
  /** Shortens each pause by up to half, so that many processes do not ask again at once. Default true. */
  readonly jitter?: boolean;
  /** Whether this failure is worth another attempt. Must not have effects of its own. Default: every one is. */
  readonly when?: (failure: CommandFailure<Data>) => boolean;
}

/** How long a command is waited for, and what happens when it is left. */
export interface CommandOptions<Data = unknown> {
  /** How long one attempt may take. Kept in the record: it holds over crashes and months. Default: for ever. */
  readonly timeout?: Duration;
  readonly retry?: RetryOptions<Data>;
  /**
   * True: leaving the state that waits sends `<type>.cancel`, with the command's id as `causationid`; so does giving up an attempt.
   * For commands that a process of its own carries out. Default: only the whole process does, when it ends in `error` or is
   * cancelled; one that is `done` sends none. False: not even that.
   */
  readonly cancel?: boolean;
}

/** Actor logic for `setup({ actors })`: typed by the contract's input and output. */
export type CommandLogic<Contract extends CommandContract> = ActorLogic<
  Snapshot<CommandOutput<Contract>>,
  EventObject,
  CommandInput<Contract>,
  // biome-ignore lint/suspicious/noExplicitAny: what xstate's own logic types say, which it does not export by name
  ActorSystem<any>,
  EventObject
>;

/**
 * A command as an actor. Invoked or spawned it sends the `cmd.*` event; the answer completes it: `onDone` gets the typed output,
 * `onError` a `CommandFailure` (see `failureOf`). Leaving the state stops waiting. `XORCA_CONFIG` for unfit options.
 *
 * @example
 * setup({ actors: { fetchBook: fromCommand(fetchBook, { timeout: '30s', retry: { attempts: 3, backoff: '1s' } }) } })
 */
export function fromCommand<Contract extends CommandContract>(
  contract: Contract,
  options: CommandOptions<CommandErrorData<Contract>> = {},
): CommandLogic<Contract> {
  if (typeof contract?.type !== 'string' || typeof contract.success !== 'string') {
    throw new XorcaError('XORCA_CONFIG', 'fromCommand needs a contract made by defineCommand.');
  }
  const settings = settingsOf(contract, options as CommandOptions);
  return commandLogic(settings) as unknown as CommandLogic<Contract>;
}

function settingsOf(contract: CommandContract, options: CommandOptions): CommandSettings {
  const where = `fromCommand(${contract.type})`;
  assertOptions(options, ['timeout', 'retry', 'cancel'], where);
  const { timeout, retry, cancel } = options;
  return {
    contract,
    timeoutMs: timeout === undefined ? undefined : durationMs(timeout, `timeout of ${where}`),
    retry: retry && retryOf(retry, where),
    cancel,
  };
}

function retryOf(retry: RetryOptions, where: string): CommandSettings['retry'] {
  assertOptions(retry, ['attempts', 'backoff', 'maxBackoff', 'jitter', 'when'], `${where}, { retry }`);
  if (!Number.isInteger(retry.attempts) || retry.attempts < 1) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `retry.attempts of ${where} must be a whole number of at least 1, not ${String(retry.attempts)}.`,
    );
  }
  return {
    attempts: retry.attempts,
    backoffMs: durationMs(retry.backoff ?? '1s', `retry.backoff of ${where}`),
    maxBackoffMs: durationMs(retry.maxBackoff ?? '1h', `retry.maxBackoff of ${where}`),
    jitter: retry.jitter ?? true,
    when: retry.when ?? (() => true),
  };
}
