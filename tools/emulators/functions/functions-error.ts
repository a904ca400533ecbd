import type { ReportedError } from '../lambda/lambda-error.ts';

/** What became of an invocation: it took too long, its worker ended, its handler threw, or the app did not load. */
export type FunctionsErrorKind = 'timeout' | 'crash' | 'function' | 'init';

/** An invocation that has no result. */
export class FunctionsError extends Error {
  override readonly name = 'FunctionsError';
  readonly kind: FunctionsErrorKind;
  /** The name of the error that was thrown, or the exception of the host. */
  readonly errorType: string;
  /** The `code` of the error that the function threw, if it has one. */
  readonly code: string | undefined;
  /** The lines of the stack in the worker; empty when it reported none. */
  readonly trace: readonly string[];

  constructor(kind: FunctionsErrorKind, { errorType, errorMessage, trace, code }: WorkerError) {
    super(errorMessage);
    this.kind = kind;
    this.errorType = errorType;
    this.code = code;
    this.trace = trace;
  }
}

/** An error as the worker reports it. */
export interface WorkerError extends ReportedError {
  readonly code?: string | undefined;
}

/** An error that the host itself reports, not the function. */
export function hostError(kind: FunctionsErrorKind, errorType: string, errorMessage: string): FunctionsError {
  return new FunctionsError(kind, { errorType, errorMessage, trace: [] });
}
