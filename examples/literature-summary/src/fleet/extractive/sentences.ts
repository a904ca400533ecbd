import model from 'wink-eng-lite-web-model';
import wink, { type ItemSentence, type ItsFunction } from 'wink-nlp';
import type { Block, Span } from '../../../../shared/library/prose.ts';
import type { Readable } from '../../../../shared/library/stands-alone.ts';

/** A sentence of the book with what its weight is computed from. */
export interface Sentence extends Readable {
  /** Stems of its content words (nouns, verbs, adjectives, no stop words), in order. */
  readonly stems: readonly string[];
}

/** The sentences of a paragraph. */
export function sentencesOf({ text, emphasis }: Extract<Block, { kind: 'prose' }>): Sentence[] {
  const { readDoc, its } = language();
  const found: Sentence[] = [];
  let at = 0;
  readDoc(text)
    .sentences()
    .each((item: ItemSentence) => {
      const sentence = item.out();
      const from = text.indexOf(sentence, at);
      if (from < 0) return; // not as it stands in the book: it could not be quoted
      at = from + sentence.length;
      const tokens = item.tokens();
      const kinds: readonly string[] = tokens.out(its.pos);
      const stops: readonly unknown[] = tokens.out(its.stopWordFlag);
      // The package's own types leave `stem` out of what `out` takes.
      const stems: readonly string[] = tokens.out(its.stem as unknown as ItsFunction<string>);
      found.push({
        text: sentence,
        stems: stems.filter((_, i) => CONTENT.has(kinds[i] ?? '') && !stops[i]),
        verb: kinds.some((kind) => kind === 'VERB' || kind === 'AUX'),
        spoken: (text.slice(0, from).match(/["“”]/g)?.length ?? 0) % 2 === 1,
        emphasised: overlap(emphasis, from, at) > 0.8 * sentence.length,
        opening: from === 0,
      });
    });
  return found;
}

const CONTENT = new Set(['NOUN', 'PROPN', 'VERB', 'ADJ']);

let nlp: ReturnType<typeof wink> | undefined;

/** The language model, unpacked (a quarter of a second) with the first sentence: a process that only checks needs none. */
function language(): ReturnType<typeof wink> {
  nlp ??= wink(model, ['sbd', 'pos']);
  return nlp;
}

function overlap(spans: readonly Span[], from: number, to: number): number {
  return spans.reduce((sum, [a, b]) => sum + Math.max(0, Math.min(b, to) - Math.max(a, from)), 0);
}
