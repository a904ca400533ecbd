import fc from 'fast-check';
import { expect, it } from 'vitest';
import { messageText } from './message-text.ts';

// What SQS and SNS take: #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.
const TAKEN = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;

it('any event becomes a text that SQS takes, and comes back from it as it was', () => {
  const seed = Number(process.env['XORCA_SEED'] ?? 20_261_124);
  const text = fc.string({
    unit: fc.constantFrom('a', '\0', '\u001f', '\u007f', '\ud800', '\udfff', '\ufffe', '\uffff', '🦈'),
  });
  const property = fc.property(text, fc.dictionary(text, text), (id, data) => {
    const event = { specversion: '1.0', id, source: '/s', type: 't', data };
    const sent = messageText(event);
    expect(sent).toMatch(TAKEN);
    expect(JSON.parse(sent)).toEqual(JSON.parse(JSON.stringify(event)));
  });
  fc.assert(property, { seed });
});
