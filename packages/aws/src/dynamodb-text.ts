// UTF-8, which DynamoDB keeps texts in, has no half of a surrogate pair. Each becomes this mark and its code in four hex digits, and so
// does the mark. It is a character that Unicode gave to programs for their own use, so in practice no text has it.
const MARK = '\ufdd0';
const UNFIT = /[\ufdd0\p{Surrogate}]/gu;

/** A text as DynamoDB keeps it and gives it back whole. Almost every text stays as it is. */
export function toText(text: string): string {
  if (!text.includes(MARK) && text.isWellFormed()) return text;
  return text.replace(UNFIT, (unit) => `${MARK}${unit.charCodeAt(0).toString(16)}`);
}

/** The text that `toText` was given. */
export function fromText(text: string): string {
  if (!text.includes(MARK)) return text;
  return text.replace(/\ufdd0([0-9a-f]{4})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
