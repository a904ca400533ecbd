import { plainText } from './plain-text.ts';

/** A paragraph of a page: running text, or the heading of a part or chapter. */
export type Block =
  | { readonly kind: 'part' }
  | { readonly kind: 'prose'; readonly text: string; readonly emphasis: readonly Span[] };

/** From the first position to before the last one. */
export type Span = readonly [from: number, to: number];

/** The running text of a page. Headings, captions, tables, footnotes, verses and notes of the transcriber are left out. */
export function* proseOf(page: string): Generator<Block> {
  for (const raw of page.split(/\n\s*\n/)) {
    const text = plainText(raw);
    if (PART.test(text)) yield { kind: 'part' };
    else if (isProse(raw, text)) yield { kind: 'prose', text, emphasis: emphasisOf(raw) };
  }
}

const PART = /^(?:PART|CHAPTER|BOOK|LETTER|CANTO) [IVXLCDM\d]+\b.{0,60}$/i;
const NOTE = /^(?:\[[^\]]*\]|\[?(?:Illustration|Footnote|Transcriber)|\*)/i;

function isProse(raw: string, text: string): boolean {
  if (text === '' || NOTE.test(raw.trim())) return false;
  // A row of a table has rules or columns; a title, a verse or a signature is indented.
  const lines = raw.split('\n').filter((line) => line.trim() !== '');
  const odd = lines.filter((line) => /^\s{3,}|\S\s{3,}\S|[|{}]|___/.test(line)).length;
  if (odd * 3 >= lines.length) return false;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const capitals = text.match(/\p{Lu}/gu)?.length ?? 0;
  // Prose is made of letters, few of them capitals; a heading and a row of figures are not.
  return letters > text.length / 2 && capitals < letters / 2;
}

/** Where the author laid emphasis, as positions in the plain text; none when the marks do not pair up. */
function emphasisOf(raw: string): Span[] {
  const parts = raw.split('_');
  if (parts.length % 2 === 0) return [];
  const spans: Span[] = [];
  let before = '';
  parts.forEach((part, index) => {
    const from = plainText(before).length;
    before += part;
    if (index % 2 === 1) spans.push([from, plainText(before).length]);
  });
  return spans;
}
