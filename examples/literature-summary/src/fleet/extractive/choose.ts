import { standsAlone } from '../../../../shared/library/stands-alone.ts';
import type { Sentence } from './sentences.ts';

/**
 * The `count` weightiest sentences of a book, in the book's order and spread over it: each part gives its share (by its
 * length, at least one while they last), and within a part each stretch gives one. No two say the same in other words.
 */
export function choose(parts: readonly (readonly Sentence[])[], count: number, title: string): Sentence[] {
  const filled = parts.filter((part) => part.some((sentence) => standsAlone(sentence) > 0));
  // More parts than sentences (a novel of 40 chapters): the spread over the whole book serves better.
  const spread = filled.length > count ? [filled.flat()] : filled;
  const weigh = weigher(parts.flat(), title);
  const chosen: Sentence[] = [];
  shares(spread.map(lengthOf), count).forEach((share, index) => {
    for (const stretch of stretches(spread[index] ?? [], share)) {
      const best = bestOf(stretch, weigh, chosen);
      if (best) chosen.push(best);
    }
  });
  return chosen;
}

/** A sentence's weight: how much of what the book talks about it talks about, and how well it stands alone. */
function weigher(sentences: readonly Sentence[], title: string): (sentence: Sentence) => number {
  const frequency = new Map<string, number>();
  for (const { stems } of sentences) {
    for (const stem of new Set(stems)) frequency.set(stem, (frequency.get(stem) ?? 0) + 1);
  }
  const titleWords = new Set(title.toLowerCase().split(/\W+/));
  // The logarithm keeps one word of every other sentence ("light" in Opticks) from deciding alone.
  const weightOf = (stem: string) =>
    Math.log1p(frequency.get(stem) ?? 0) * (titleWords.has(stem) ? TITLE_BONUS : 1);
  return (sentence) => {
    const alone = standsAlone(sentence);
    if (alone === 0) return 0;
    const stems = [...new Set(sentence.stems)];
    const sum = stems.reduce((total, stem) => total + weightOf(stem), 0);
    // Between the sum, which favours the longest sentence, and the mean, which favours the shortest.
    return (alone * sum) / Math.max(1, stems.length) ** 0.5;
  };
}

const TITLE_BONUS = 1.5;
/** Share of common content words from which two sentences say the same. */
const SAME = 0.5;

function bestOf(
  stretch: readonly Sentence[],
  weigh: (sentence: Sentence) => number,
  chosen: readonly Sentence[],
): Sentence | undefined {
  let best: Sentence | undefined;
  let most = 0;
  for (const sentence of stretch) {
    const weight = weigh(sentence);
    if (weight > most && !chosen.some((other) => likeness(sentence, other) >= SAME)) {
      best = sentence;
      most = weight;
    }
  }
  return best;
}

function likeness(a: Sentence, b: Sentence): number {
  const left = new Set(a.stems);
  const right = new Set(b.stems);
  return [...left].filter((stem) => right.has(stem)).length / Math.max(1, Math.min(left.size, right.size));
}

/** Divides `count` by the lengths: one each, the rest by largest remainder. */
function shares(lengths: readonly number[], count: number): number[] {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const rest = count - lengths.length;
  const exact = lengths.map((length) => (rest * length) / total);
  const given = exact.map((share) => 1 + Math.floor(share));
  const open = count - given.reduce((sum, share) => sum + share, 0);
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share % 1 }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder.slice(0, open)) given[index] = (given[index] ?? 0) + 1;
  return given;
}

/** Cuts a part into `count` stretches of like length, between sentences. */
function stretches(part: readonly Sentence[], count: number): Sentence[][] {
  const size = lengthOf(part) / count;
  const cut: Sentence[][] = Array.from({ length: count }, () => []);
  let at = 0;
  for (const sentence of part) {
    cut[Math.min(count - 1, Math.floor(at / size))]?.push(sentence);
    at += sentence.text.length;
  }
  return cut;
}

function lengthOf(part: readonly Sentence[]): number {
  return part.reduce((sum, { text }) => sum + text.length, 0);
}
