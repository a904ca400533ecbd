/** Makes a text fit for one line of a terminal: control characters (escape sequences, line breaks) become blanks. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an id from an event must not steer the terminal
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ').trim();
}

/** The text in exactly `width` columns: filled with blanks, or cut with an ellipsis. */
export function fit(text: string, width: number): string {
  const over = columns(text) > width;
  let line = '';
  let used = 0;
  for (const { segment } of over ? graphemes.segment(text) : []) {
    if (used + columns(segment) > width - 1) break;
    line += segment;
    used += columns(segment);
  }
  return over ? `${line}…${' '.repeat(width - used - 1)}` : text + ' '.repeat(width - columns(text));
}

/** The text in lines of at most `width` columns, broken between words. A longer word keeps its line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').filter(Boolean)) {
    const line = lines.at(-1);
    if (line !== undefined && columns(line) + 1 + columns(word) <= width)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** How many columns of a terminal the text takes: East Asian characters and emoji take two. */
export function columns(text: string): number {
  let sum = 0;
  for (const { segment } of graphemes.segment(text)) sum += WIDE.test(segment) ? 2 : 1;
  return sum;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;
