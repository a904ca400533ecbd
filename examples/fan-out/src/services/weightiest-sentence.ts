import { proseOf } from '../../../shared/library/prose.ts';
import { standsAlone } from '../../../shared/library/stands-alone.ts';

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** The sentence of a text that speaks most of what the text speaks of, and that reads well alone. A model could take its place. */
export function weightiestSentence(text: string): string | undefined {
  const sentences = [...proseOf(text)].flatMap((block) =>
    block.kind === 'prose' ? sentencesOf(block.text) : [],
  );
  const frequency = new Map<string, number>();
  for (const { words } of sentences)
    for (const word of words) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  let best: string | undefined;
  let most = 0;
  for (const { text, opening, words } of sentences) {
    const sum = [...words].reduce((total, word) => total + Math.log(frequency.get(word) ?? 1), 0);
    const alone = standsAlone({ text, opening, verb: true, spoken: false, emphasised: false });
    // Between the sum, which favours the longest sentence, and the mean, which favours the shortest.
    const weight = (alone * sum) / Math.max(1, words.size) ** 0.5;
    if (weight > most) [best, most] = [text, weight];
  }
  return best;
}

function sentencesOf(paragraph: string) {
  return [...segmenter.segment(paragraph)].map(({ segment, index }) => ({
    text: segment.trim(),
    opening: index === 0,
    // Words of less than five letters are mostly those that every text has.
    words: new Set(segment.toLowerCase().match(/\p{L}{5,}/gu)),
  }));
}
