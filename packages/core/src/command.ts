import { assertSchema, type InputOf, type OutputOf, type StandardSchema } from './contract.ts';
import { XorcaError } from './errors.ts';
import { assertOptions } from './options.ts';

/** A command and its answers: what is asked, with which input, and what comes back. Both sides import the same one. */
export interface CommandContract<
  Type extends string = string,
  Input extends StandardSchema = StandardSchema,
  Output extends StandardSchema = StandardSchema,
  Failure extends StandardSchema = StandardSchema,
> {
  /** `cmd.books.fetch` */
  readonly type: Type;
  readonly input: Input;
  readonly output: Output;
  /** Undefined: an error's data may be anything. */
  readonly error: Failure | undefined;
  /** Type of the answer that brings the output. Default `evt.books.fetch.success`. */
  readonly success: string;
  /** Type of the answer that brings the error. Default `evt.books.fetch.error`. */
  readonly failure: string;
  /** Type of the event that calls it off. `cmd.books.fetch.cancel`. */
  readonly cancel: string;
}

/** What the asking side writes as input. */
export type CommandInput<Contract extends CommandContract> = InputOf<Contract['input']>;
/** What the asking side gets back. */
export type CommandOutput<Contract extends CommandContract> = OutputOf<Contract['output']>;
/** What comes with an error. */
export type CommandErrorData<Contract extends CommandContract> = OutputOf<NonNullable<Contract['error']>>;

/** The shapes of a command, and the types of its answers where they are not the usual ones. */
export interface CommandShape<
  Input extends StandardSchema,
  Output extends StandardSchema,
  Failure extends StandardSchema,
> {
  readonly input: Input;
  readonly output: Output;
  /** Default: anything. */
  readonly error?: Failure;
  /** Default `evt.<rest>.success` and `evt.<rest>.error`. */
  readonly answers?: { readonly success?: string; readonly error?: string };
}

/**
 * A typed command: the contract between an orchestrator and the service that carries it out. `XORCA_CONFIG` for a type that
 * does not begin with `cmd.`, for what is no Standard Schema and for answers that cannot be told apart.
 *
 * @example
 * const fetchBook = defineCommand('cmd.books.fetch', {
 *   input: z.object({ bookId: z.string() }),
 *   output: z.object({ pages: z.array(z.string()) }),
 *   error: z.object({ reason: z.string() }),
 * })
 */
export function defineCommand<
  const Type extends `cmd.${string}`,
  Input extends StandardSchema,
  Output extends StandardSchema,
  Failure extends StandardSchema = StandardSchema,
>(type: Type, shape: CommandShape<Input, Output, Failure>): CommandContract<Type, Input, Output, Failure> {
  if (typeof type !== 'string' || !/^cmd\../.test(type)) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `A command's type must begin with "cmd.", e.g. "cmd.books.fetch", not ${JSON.stringify(type)}.`,
    );
  }
  assertOptions(
    shape ?? {},
    ['input', 'output', 'error', 'answers'],
    `defineCommand(${JSON.stringify(type)})`,
  );
  assertSchema(shape?.input, `The input of ${type}`);
  assertSchema(shape.output, `The output of ${type}`);
  if (shape.error !== undefined) assertSchema(shape.error, `The error of ${type}`);
  const answers = shape.answers ?? {};
  assertOptions(answers, ['success', 'error'], `defineCommand(${JSON.stringify(type)}, { answers })`);
  const rest = type.slice('cmd.'.length);
  const { success = `evt.${rest}.success`, error: failure = `evt.${rest}.error` } = answers;
  const cancel = `${type}.cancel`;
  if (new Set([type, success, failure, cancel]).size < 4) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `The answers of ${type} must have types of their own, not ${success} and ${failure}.`,
    );
  }
  return { type, input: shape.input, output: shape.output, error: shape.error, success, failure, cancel };
}
