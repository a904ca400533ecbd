import { type CommandErrorData, type CommandInput, type CommandOutput, defineCommand } from '@xorca/core';
import { z } from 'zod';

/** Names one page of a book: the SHA-256 of its text, 64 characters of 0-9 and a-f. It travels in events, the text does not. */
const pageRef = z.string();
export type PageRef = z.output<typeof pageRef>;

const pages = z.array(pageRef).readonly();
const sentences = z.array(z.string()).readonly();

export const fetchBook = defineCommand('cmd.books.fetch', {
  /** `bookId`: an id in the catalogue. */
  input: z.object({ bookId: z.string() }),
  output: z.object({
    bookId: z.string(),
    title: z.string(),
    author: z.string(),
    /** Length of the text in Unicode characters, front and back matter left out. */
    characters: z.int(),
    /** In reading order. Their texts, joined with nothing between, are the book. */
    pages,
  }),
  /** `message` is for people: what was asked for and what there is. */
  error: z.object({ reason: z.literal('unknown-book'), message: z.string(), bookId: z.string() }),
});
export type FetchBookInput = CommandInput<typeof fetchBook>;
export type FetchBookOutput = CommandOutput<typeof fetchBook>;
export type FetchBookError = CommandErrorData<typeof fetchBook>;

export const summariseBook = defineCommand('cmd.gpt.summary', {
  input: z.object({
    bookId: z.string(),
    title: z.string(),
    pages,
    /** Most sentences of the summary. Default: 6 for a chapter to 10 for a book of 100 pages and more. */
    sentences: z.int().optional(),
  }),
  /** `words`: of all sentences together. */
  output: z.object({ bookId: z.string(), sentences, words: z.int() }),
});
export type SummariseBookInput = CommandInput<typeof summariseBook>;
export type SummariseBookOutput = CommandOutput<typeof summariseBook>;

export const checkGrounded = defineCommand('cmd.regulations.grounded', {
  input: z.object({ pages, sentences }),
  output: z.object({
    /** True when there are sentences and each stands in the book. */
    grounded: z.boolean(),
    /** How many sentences were looked for. */
    checked: z.int(),
    /** The sentences that were not found. */
    missing: sentences,
  }),
});
export type CheckGroundedInput = CommandInput<typeof checkGrounded>;
export type CheckGroundedOutput = CommandOutput<typeof checkGrounded>;

/** One broken rule: its name in `rules.json`; the sentence that breaks it, or `''` when the summary as a whole does. */
const violation = z.object({ rule: z.string(), sentence: z.string() }).readonly();
export type Violation = z.output<typeof violation>;

export const checkCompliant = defineCommand('cmd.regulations.compliant', {
  input: z.object({ sentences }),
  /** `rules`: how many were applied. */
  output: z.object({ compliant: z.boolean(), rules: z.int(), violations: z.array(violation).readonly() }),
});
export type CheckCompliantInput = CommandInput<typeof checkCompliant>;
export type CheckCompliantOutput = CommandOutput<typeof checkCompliant>;
