/**
 * Ids that are well-formed, and that some storage has taken for a path, a pattern, a property, another id, or the end of a text.
 * A subject comes from outside, so each of them must work and be kept apart from all others.
 */
export const hostileIds: readonly string[] = [
  'plain',
  '../../x',
  '..%2F..%2Fx',
  '.',
  '..',
  '/',
  '//',
  'a/b',
  'a%2Fb',
  'a%2fb',
  'a\\b',
  'a',
  'A',
  'a.',
  'a ',
  ' a',
  'a.json',
  '~a',
  '=a',
  '~0041',
  '~~',
  '__proto__',
  'constructor',
  'toString',
  'CON',
  'nul',
  'a\u0000b',
  'a\u0000c',
  '\u0000',
  'line\nbreak',
  'line\r\nbreak',
  'tab\t',
  '\u007f',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\ufeffplain',
  '\uffff',
  // One letter in two forms, composed and decomposed: some file systems take them for one name.
  '\u00e9',
  'e\u0301',
  'İ',
  'ß',
  'SS',
  '🦈',
  '🦈🦈',
  "'; DROP TABLE xorca_process; --",
  '%',
  '_',
  '*',
  '?',
  '#',
  '|',
  '{}',
  '[object Object]',
  'undefined',
  'null',
  'true',
  '0',
  '-1',
  'x'.repeat(160),
  'x'.repeat(161),
  // Alike for all but their last character: a key that is cut off would take one for the other.
  `${'long/'.repeat(819)}a`,
  `${'long/'.repeat(819)}b`,
  'Ü'.repeat(4_096),
];

/** Ids that every port refuses with `XORCA_INVALID_ID`: empty, ill-formed, too long. */
export const invalidIds: readonly string[] = ['', '\ud800', 'a\udc00b', 'x'.repeat(8_193)];

/** An id for a message. */
export function showId(id: string): string {
  return id.length > 60 ? `${JSON.stringify(id.slice(0, 60))}… (${id.length} long)` : JSON.stringify(id);
}
