// The service keeps UTF-16 and speaks JSON, but a filter goes through a URL, which carries neither halves of a surrogate pair nor NUL, and what
// it makes of the other controls is not said. Each becomes this mark and its code in four hex digits, and so does the mark. It is a
// character that Unicode gave to programs for their own use, so in practice no text has it.
const MARK = '\ufdd0';
const UNFIT = /[\ufdd0\ufffe\uffff\p{Surrogate}\p{Cc}]/gu;

/** A text as a table keeps it and gives it back whole. Almost every text stays as it is. */
export function toText(text: string): string {
  return text.replace(UNFIT, (unit) => MARK + unit.charCodeAt(0).toString(16).padStart(4, '0'));
}

/** The text that `toText` was given. */
export function fromText(text: string): string {
  if (!text.includes(MARK)) return text;
  return text.replace(/\ufdd0([0-9a-f]{4})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
