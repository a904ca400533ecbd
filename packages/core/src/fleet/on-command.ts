import type { CloudEvent } from '../cloud-event.ts';
import type { CommandContract } from '../command.ts';
import { assertSchema, type InputOf, type OutputOf } from '../contract.ts';
import { XorcaError } from '../errors.ts';

/** What a handler is given beside its input. `Failure` is the data of the contract's error. */
export interface CommandContext<Failure = unknown> {
  /** The command as it came; its `data` is not yet what the contract made of it. */
  readonly event: CloudEvent;
  /** The process that asks: the command's subject. */
  readonly processId: string;
  /**
   * Names what is asked for, alike for a command that is delivered twice and for one that is sent again after an attempt that was
   * given up: what a payment provider wants as its idempotency key. Source and id of the command's first attempt.
   */
  readonly idempotencyKey: string;
  /**
   * Ends the work early: its reason is an `XorcaError`, `XORCA_DEADLINE` when the time is over (an answer would come too late) or
   * `XORCA_CANCELLED` when nobody waits for the answer any more. Hand it on to `fetch` and the like.
   */
  readonly signal: AbortSignal;
  /** Epoch ms at which the signal ends the work; absent: never. */
  readonly deadlineAt?: number;
  /**
   * Answers with the contract's error by throwing a `CommandError`. Written `return fail({ … })`, which TypeScript knows to end
   * the function.
   */
  fail(data: Failure): never;
}

/**
 * A service's function for one command. It gets the input as its schema made it (defaults filled in), and returns what goes over the
 * wire: data that fits the output schema as it is written, not as the schema would make it.
 */
export type CommandFunction<Contract extends CommandContract> = (
  input: OutputOf<Contract['input']>,
  context: CommandContext<InputOf<NonNullable<Contract['error']>>>,
) => InputOf<Contract['output']> | Promise<InputOf<Contract['output']>>;

/** A command and the function that carries it out, for `createFleet`. */
export interface CommandHandler {
  readonly contract: CommandContract;
  readonly carryOut: (input: unknown, context: CommandContext) => unknown;
}

/**
 * Binds a function to a command. `XORCA_CONFIG` for what `defineCommand` did not make, or for no function.
 *
 * @example
 * onCommand(fetchBook, async ({ bookId }, { signal, fail }) => {
 *   const book = await shelf.find(bookId, { signal })
 *   return book ? { pages: book.pages } : fail({ reason: 'unknown-book' })
 * })
 */
export function onCommand<Contract extends CommandContract>(
  contract: Contract,
  carryOut: CommandFunction<Contract>,
): CommandHandler {
  const handler = { contract, carryOut } as unknown as CommandHandler;
  assertHandler(handler, 'onCommand');
  return handler;
}

/** Throws `XORCA_CONFIG` unless a handler has a whole contract and a function. */
export function assertHandler(handler: CommandHandler | undefined, where: string): void {
  const contract: Partial<CommandContract> | undefined = handler?.contract;
  const texts = [contract?.type, contract?.success, contract?.failure, contract?.cancel];
  if (!texts.every((text) => typeof text === 'string')) {
    throw new XorcaError('XORCA_CONFIG', `${where} needs a contract made by defineCommand.`);
  }
  assertSchema(contract?.input, `The input of ${contract?.type}`);
  assertSchema(contract?.output, `The output of ${contract?.type}`);
  if (typeof handler?.carryOut === 'function') return;
  throw new XorcaError(
    'XORCA_CONFIG',
    `${where} needs a function that carries out ${contract?.type}: onCommand(contract, async (input) => output).`,
  );
}
