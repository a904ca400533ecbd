/** Names one page of a book: the SHA-256 of its text, 64 characters of 0-9 and a-f. It travels in events, the text does not. */
export type PageRef = string;

/** What every service is given beside its input. */
export interface ServiceContext {
  /** Ends the work early: the service throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told after each page, so that whoever waits sees life. */
  readonly onProgress?: (progress: Progress) => void;
}

/** How far a service is, in pages. */
export interface Progress {
  readonly done: number;
  readonly total: number;
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

/** Input of `cmd.books.fetch`. */
export interface FetchBookInput {
  /** Id in `books/catalogue.json`. */
  readonly bookId: string;
}

/** Data of `evt.books.fetch.success`. */
export interface FetchBookOutput {
  readonly bookId: string;
  readonly title: string;
  readonly author: string;
  /** Length of the text in Unicode characters, front and back matter left out. */
  readonly characters: number;
  /** In reading order. Their texts, joined with nothing between, are the book. */
  readonly pages: readonly PageRef[];
}

/** Data of `evt.books.fetch.error`. */
export interface FetchBookError {
  readonly reason: 'unknown-book';
  /** For people: what was asked for and what there is. */
  readonly message: string;
  readonly bookId: string;
}

/** Input of `cmd.gpt.summary`. */
export interface SummariseBookInput {
  readonly bookId: string;
  readonly title: string;
  readonly pages: readonly PageRef[];
  /** Most sentences of the summary. Default: 6 for a chapter to 10 for a book of 100 pages and more. */
  readonly sentences?: number;
}

/** Data of `evt.gpt.summary.success`. */
export interface SummariseBookOutput {
  readonly bookId: string;
  readonly sentences: readonly string[];
  /** Words of all sentences together. */
  readonly words: number;
}

/** Input of `cmd.regulations.grounded`. */
export interface CheckGroundedInput {
  readonly pages: readonly PageRef[];
  readonly sentences: readonly string[];
}

/** Data of `evt.regulations.grounded.success`. */
export interface CheckGroundedOutput {
  /** True when there are sentences and each stands in the book. */
  readonly grounded: boolean;
  /** How many sentences were looked for. */
  readonly checked: number;
  /** The sentences that were not found. */
  readonly missing: readonly string[];
}

/** Input of `cmd.regulations.compliant`. */
export interface CheckCompliantInput {
  readonly sentences: readonly string[];
}

/** Data of `evt.regulations.compliant.success`. */
export interface CheckCompliantOutput {
  readonly compliant: boolean;
  /** How many rules were applied. */
  readonly rules: number;
  readonly violations: readonly Violation[];
}

/** One broken rule. */
export interface Violation {
  /** Name of the rule in `rules.json`. */
  readonly rule: string;
  /** The sentence that breaks it, or `''` when the summary as a whole does. */
  readonly sentence: string;
}
