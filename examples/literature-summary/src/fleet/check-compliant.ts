import { countWords } from '../../../shared/library/plain-text.ts';
import type { CheckCompliantInput, CheckCompliantOutput, Violation } from './contracts.ts';
import type { Rules } from './rules.ts';
import type { Service } from './service.ts';

/** `cmd.regulations.compliant`: whether a summary keeps the rules, and which sentence breaks which. */
export function createCheckCompliant({
  rules,
}: {
  readonly rules: Rules;
}): Service<CheckCompliantInput, CheckCompliantOutput> {
  const checks = checksOf(rules);
  return async ({ sentences }, { signal } = {}) => {
    signal?.throwIfAborted();
    const violations = checks.flatMap(([rule, broken]): Violation[] =>
      broken(sentences).map((sentence) => ({ rule, sentence })),
    );
    return { compliant: violations.length === 0, rules: checks.length, violations };
  };
}

/** The sentences that break a rule; `''` stands for the summary as a whole. */
type Check = (sentences: readonly string[]) => string[];

const ADDRESS =
  /\bhttps?:|\bwww\.|\b[\p{L}\d-]+\.(?:com|org|net|edu|gov|io|dev)\b|[^\s@]+@[^\s@]+\.\p{L}{2,}/iu;

function checksOf(rules: Rules): (readonly [keyof Rules, Check])[] {
  const { minSentences, maxSentences, maxWordsPerSentence, forbiddenTerms, endWithFullStop } = rules;
  const checks: (readonly [keyof Rules, Check])[] = [];
  if (minSentences !== undefined) checks.push(['minSentences', whole((n) => n < minSentences)]);
  if (maxSentences !== undefined) checks.push(['maxSentences', whole((n) => n > maxSentences)]);
  if (maxWordsPerSentence !== undefined)
    checks.push(['maxWordsPerSentence', each((sentence) => countWords(sentence) > maxWordsPerSentence)]);
  if (forbiddenTerms?.length) {
    const terms = forbiddenTerms.map(wholeWords);
    checks.push(['forbiddenTerms', each((sentence) => terms.some((term) => term.test(sentence)))]);
  }
  if (endWithFullStop) checks.push(['endWithFullStop', each((sentence) => !/\.["'”’)]*$/.test(sentence))]);
  if (rules.forbidAddresses) checks.push(['forbidAddresses', each((sentence) => ADDRESS.test(sentence))]);
  return checks;
}

const whole =
  (breaks: (count: number) => boolean): Check =>
  (sentences) =>
    breaks(sentences.length) ? [''] : [];

const each =
  (breaks: (sentence: string) => boolean): Check =>
  (sentences) =>
    sentences.filter(breaks);

/** The term as whole words, with any white space between them. A plain `\b` knows no letters beyond ASCII. */
function wholeWords(term: string): RegExp {
  const words = term.trim().split(/\s+/).map(literally);
  return new RegExp(`(?<![\\p{L}\\p{N}])${words.join('\\s+')}(?![\\p{L}\\p{N}])`, 'iu');
}

function literally(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
