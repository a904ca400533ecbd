import { note } from './handler-orchestrator.ts';

/** Texts that no handler can take, with what is wrong with them. They come from outside, so each of them will come one day. */
export function badBodies(): Readonly<Record<string, string>> {
  const good = note('p', 'never');
  const but = (part: Readonly<Record<string, unknown>>) => JSON.stringify({ ...good, ...part });
  return {
    'no text': '',
    'half of a JSON text': JSON.stringify(good).slice(0, -5),
    words: 'hello',
    null: 'null',
    'a number': '42',
    'a list': '[]',
    'an event in a list': JSON.stringify([good]),
    'no CloudEvent': '{"hello":"world"}',
    'an empty object': '{}',
    'another specification': but({ specversion: '0.3' }),
    'no subject': but({ subject: undefined }),
    'an empty subject': but({ subject: '' }),
    'a subject that is no text': but({ subject: { toString: 'p' } }),
    'half a surrogate in the subject': but({ subject: 'p\ud800' }),
    'a subject without end': but({ subject: 'p'.repeat(9_000) }),
    'no id': but({ id: undefined }),
    'a line break in the id': but({ id: 'a\nb' }),
    'no source': but({ source: '' }),
    'a type that is no text': but({ type: 7 }),
    "the machine library's own type": but({ type: 'xstate.stop' }),
    'another content type': but({ datacontenttype: 'text/xml' }),
    'a time that is none': but({ time: 'yesterday' }),
    'an extension in capitals': but({ traceParent: 'x' }),
    'an extension that reaches for the prototype': JSON.stringify(good).replace('"time"', '"__proto__"'),
    'data that reaches for the prototype': JSON.stringify(good).replace('"text"', '"__proto__"'),
    'bad base64': but({ data: undefined, data_base64: '***' }),
    'data that breaks its contract': but({ data: { text: 5 } }),
    'no data where its contract asks for some': but({ data: undefined }),
    // A runner takes 1 MiB of data unless it is told otherwise.
    'too much data': but({ data: { text: 'x'.repeat(1_100_000) } }),
    'data without end': JSON.stringify(good).replace('"never"', `${'['.repeat(20_000)}${']'.repeat(20_000)}`),
  };
}
