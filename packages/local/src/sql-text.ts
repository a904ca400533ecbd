const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A text as SQLite gives it back whole: one that holds NUL goes in as a blob, for C functions end a text there. */
export function toSql(text: string): string | Uint8Array {
  return text.includes('\0') ? encoder.encode(text) : text;
}

/** The text that `toSql` put in. */
export function fromSql(value: unknown): string {
  return typeof value === 'string' ? value : decoder.decode(value as Uint8Array);
}
