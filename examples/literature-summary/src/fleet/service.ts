/** How far a service is, in pages. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** What every service is given beside its input. */
export interface ServiceContext {
  /** Ends the work early: the service throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told after each page, so that whoever waits sees life. */
  readonly onProgress?: (progress: Progress) => void;
}

/** A service of the fleet: a function that knows nothing of events. What it throws may be tried again. */
export type Service<Input, Output> = (input: Input, context?: ServiceContext) => Promise<Output>;

/** An answer that will not change by trying again: it is data, so that it can travel as `evt.*.error`. */
export interface Failure<Fault> {
  readonly error: Fault;
}

/** Whether a service answered with a failure. */
export function isFailure<Output extends object, Fault>(
  result: Output | Failure<Fault>,
): result is Failure<Fault> {
  return 'error' in result;
}
