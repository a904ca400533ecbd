import { countWords } from './plain-text.ts';

/** What is looked at in a sentence. */
export interface Readable {
  readonly text: string;
  /** It has a verb: what has none is a label or a fragment. */
  readonly verb: boolean;
  /** It begins inside quotation marks that an earlier sentence opened. */
  readonly spoken: boolean;
  /** The author emphasised most of it, as theses and definitions often are. */
  readonly emphasised: boolean;
  /** It opens its paragraph: whatever it points back to is farther away, so it stands better alone. */
  readonly opening: boolean;
}

// Shorter ones say too little alone, longer ones are no summary; a paragraph of Newton can be one sentence of 150 words.
const FEWEST_WORDS = 9;
const MOST_WORDS = 42;

/**
 * How well a sentence reads outside its place: 0 (not at all) to 1.3. Sentences that speak of a figure, that are dialogue
 * or a question, or that hold figures and labels of a drawing are 0; one that leans on the sentence before it is between.
 */
export function standsAlone({ text, verb, spoken, emphasised, opening }: Readable): number {
  const words = countWords(text);
  if (words < FEWEST_WORDS || words > MOST_WORDS || !verb) return 0;
  if (!/^\p{Lu}/u.test(text) || !text.endsWith('.') || unbalanced(text)) return 0;
  if (spoken || QUOTES.test(text) || REFERENCE.test(text)) return 0;
  if (LABEL.test(text.slice(text.indexOf(' ')))) return 0;
  if ((text.match(/\d+/g)?.length ?? 0) > 1) return 0;
  // These weights were set by reading the summaries of both books; they order sentences and mean nothing else.
  const leaning = LEANS_ON_BEFORE.test(text) ? 0.55 : PRONOUN.test(text) ? 0.8 : 1;
  const pointing = POINTS_ELSEWHERE.test(text) ? 0.7 : 1;
  return leaning * pointing * (emphasised ? 1.3 : opening ? 1.1 : 1);
}

const QUOTES = /["“”]|(?:^|\s)['‘]\p{Lu}/u;
const REFERENCE =
  /\b(?:Figs?|Tables?|Plates?|Schemes?|Props?|Obs|Expers?|Sect|pag?|Lib|cap|viz|cub|quad|Definitions?|Axioms?|Propositions?)\b\.?|&c/i;
// Points and lines of a drawing: capitals that are no word, but for A and I.
const LABEL = /(?:^|\s)(?:[B-HJ-Z]|\p{Lu}{2,})(?![\p{L}'’.-])/u;
const LEANS_ON_BEFORE =
  /^(?:And|But|For|So|Or|Nor|Yet|Then|Thus|Therefore|Hence|This|These|Those|That|Such|Which|Whence|Whereby|It|They|Their|Its|Here|There|Now|Again|Also|Likewise|Wherefore|However|After|Let|By this|In this|In like|On the other|From hence|The same|The other|Both|I mean|Besides|Otherwise|Accordingly)\b/;
// A story's reader knows who is meant most of the time.
const PRONOUN = /^(?:He|She|His|Her|I|My|We)\b/;
const POINTS_ELSEWHERE =
  /\b(?:aforesaid|abovemention'?d|above|below|said|described|former|latter|hitherto|hereafter|these|this|those|Experiments?|Observations?)\b/i;

function unbalanced(text: string): boolean {
  return (
    text.split('(').length !== text.split(')').length || text.split('[').length !== text.split(']').length
  );
}
