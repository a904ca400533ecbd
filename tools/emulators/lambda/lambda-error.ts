/** What became of an invocation: it took too long, its process ended, its handler threw, or its module did not load. */
export type LambdaErrorKind = 'timeout' | 'crash' | 'function' | 'init';

/** An error as a runtime reports it: the body of its `/error` and `/init/error` requests. */
export interface ReportedError {
  readonly errorType: string;
  readonly errorMessage: string;
  /** The lines of the stack in the child. */
  readonly trace: readonly string[];
}

/** An invocation that has no result. */
export class LambdaError extends Error {
  override readonly name = 'LambdaError';
  readonly kind: LambdaErrorKind;
  /** As Lambda names it: `Sandbox.Timedout`, `Runtime.ExitError`, or the name of the error that the handler threw. */
  readonly errorType: string;
  /** The lines of the stack in the child; empty when the child reported none. */
  readonly trace: readonly string[];

  constructor(kind: LambdaErrorKind, { errorType, errorMessage, trace }: ReportedError) {
    super(errorMessage);
    this.kind = kind;
    this.errorType = errorType;
    this.trace = trace;
  }
}

/** An error that Lambda itself reports, not the function. */
export function platformError(kind: LambdaErrorKind, errorType: string, errorMessage: string): LambdaError {
  return new LambdaError(kind, { errorType, errorMessage, trace: [] });
}
