/** A text as it is read aloud: without emphasis marks (`_so_`) and footnote marks (`[A]`), each white space one blank. */
export function plainText(text: string): string {
  return text
    .replaceAll('_', '')
    .replace(/\[(?:[A-Z]|\d{1,3})\]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A text for comparing: plain, with one form for each quotation mark and dash. */
export function comparable(text: string): string {
  return plainText(text.normalize('NFC'))
    .replace(/[‘’‚‛]/g, "'")
    .replace(/[“”„‟]/g, '"')
    .replace(/[–—]|--+/g, '-');
}

/** The number of words: runs of letters and digits, with what joins them (`don't`, `Looking-glass`, `2-1/2`). */
export function countWords(text: string): number {
  return text.match(/[\p{L}\p{N}]+(?:['’/-][\p{L}\p{N}]+)*/gu)?.length ?? 0;
}
