import { expect, it } from 'vitest';
import { fromText, toText } from './sql-text.ts';

it('every text comes back, and goes in well-formed, without NUL, and with no U+FEFF first', () => {
  const parts = ['', 'a', '\0', '\ufdd0', '0000', 'd800', '\ud800', '\udc00', '🦈', '\ufeff', 'é'];
  for (const a of parts) {
    for (const b of parts) {
      for (const c of parts) {
        const text = a + b + c;
        const stored = toText(text);
        const unfit = stored.includes('\0') || stored.startsWith('\ufeff') || !stored.isWellFormed();
        expect(unfit, JSON.stringify(text)).toBe(false);
        expect(fromText(stored)).toBe(text);
      }
    }
  }
});

it('a text that Postgres takes stays as it is', () => {
  for (const text of ['', 'plain', 'line\nbreak\u0001', '🦈 é \ufeff \uffff \\u0000']) {
    expect(toText(text)).toBe(text);
  }
});
