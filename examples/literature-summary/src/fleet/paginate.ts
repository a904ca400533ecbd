/**
 * Cuts a text into pages of about `characters` (default 4,000) at the ends of paragraphs; a paragraph longer than that
 * at the ends of its sentences. The pages joined are the text: nothing is dropped or added.
 */
export function paginate(text: string, characters = 4_000): string[] {
  const pages: string[] = [];
  let page = '';
  for (const piece of pieces(text, characters)) {
    if (page !== '' && page.length + piece.length > characters) {
      pages.push(page);
      page = '';
    }
    page += piece;
  }
  if (page !== '') pages.push(page);
  return pages;
}

/** Paragraphs with the blank lines that follow them; sentences where a paragraph alone is over a page. */
function* pieces(text: string, characters: number): Generator<string> {
  for (const paragraph of split(text, /\n\s*\n/g)) {
    if (paragraph.length <= characters) yield paragraph;
    else yield* split(paragraph, /[.!?]["')\]_]*\s+/g);
  }
}

/** Cuts after each match. A piece without one stays whole, so that no word or character is ever cut in two. */
function* split(text: string, end: RegExp): Generator<string> {
  let from = 0;
  for (const match of text.matchAll(end)) {
    const to = match.index + match[0].length;
    yield text.slice(from, to);
    from = to;
  }
  if (from < text.length) yield text.slice(from);
}
