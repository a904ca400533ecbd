import type { CloudEvent } from '@xorca/core';
import { check, same } from './assert.ts';
import { hostileIds } from './hostile-ids.ts';
import { arrives, event, events, type PublisherTrial, sized } from './publisher-case.ts';

/** What goes out, and how it comes out at the other end. */
export const sendingCases: readonly PublisherTrial[] = [
  {
    name: 'events arrive in the order given, subject by subject, over many calls',
    async run(makePublisher) {
      const test = await makePublisher();
      const all = mixed(['a', 'b', 'c'], 4);
      for (let n = 0; n < all.length; n += 4) await test.publisher.publish(all.slice(n, n + 4));
      await arrives(test, all);
    },
  },
  {
    name: 'more events than one request of a bus takes arrive in order, and none of them twice by rule',
    async run(makePublisher) {
      const test = await makePublisher();
      // SNS, SQS and EventBridge take 10 at once; 26 requests of those.
      const all = mixed(['a', 'b', 'c', 'd', 'e'], 52);
      await test.publisher.publish(all);
      await arrives(test, all);
      // A bus may deliver one or another twice; a publisher that sends all of them twice doubles the bill.
      const { length } = await test.received();
      check(length < 1.5 * all.length, `of ${all.length} events ${length} arrived`);
    },
  },
  {
    name: 'events that are together larger than a request takes arrive in order',
    async run(makePublisher) {
      const test = await makePublisher();
      // Ten of them are over every limit for a request: 256 KiB of SNS, 1 MiB of SQS and Event Grid.
      const bytes = Math.min(200_000, test.publisher.maxEventBytes ?? 200_000);
      const all = Array.from({ length: 24 }, (_, n) => sized('a', n, bytes, 'large '));
      await test.publisher.publish(all);
      await arrives(test, all);
    },
  },
  {
    name: 'to publish no events does nothing',
    async run(makePublisher) {
      const test = await makePublisher();
      await test.publisher.publish([]);
      await test.publisher.publish(events('a', 1));
      await test.publisher.publish([]);
      await arrives(test, events('a', 1));
    },
  },
  {
    name: 'an event arrives as it was: attributes, extensions, unicode, nested, empty and absent data',
    async run(makePublisher) {
      const test = await makePublisher();
      const all = unusual().map((part, n) => deepFrozen(event('p', n, part)));
      await test.publisher.publish(all);
      await arrives(test, all);
    },
  },
  {
    name: 'events of hostile subjects arrive as they were, and each subject keeps its own order',
    async run(makePublisher) {
      const test = await makePublisher();
      const all = [0, 1].flatMap((n) =>
        hostileIds.map((subject, place) => {
          // Core names effects `<subject>/<number>`, where the specification allows that.
          const id = isAttribute(subject) ? `${subject}/${n}` : `hostile ${place}/${n}`;
          return event(subject, n, { id });
        }),
      );
      await test.publisher.publish(all);
      await arrives(test, all);
    },
  },
  {
    name: 'an event of exactly maxEventBytes, or of 200 kB where none is named, arrives whole',
    async run(makePublisher) {
      const test = await makePublisher();
      const bytes = test.publisher.maxEventBytes ?? 200_000;
      // Wide letters, and what grows when a text is put into another: envelopes count too.
      const all = ['x', '日', '"\\\n', '🦈é'].map((fill, n) => sized('p', n, bytes, fill));
      for (const one of all) {
        same(new TextEncoder().encode(JSON.stringify(one)).length, bytes, 'the size of an event');
      }
      await test.publisher.publish(all);
      await arrives(test, all);
    },
  },
  {
    name: 'calls at the same time mix nothing up',
    async run(makePublisher) {
      const test = await makePublisher();
      const calls = Array.from({ length: 8 }, (_, n) => events(`subject ${n}`, 25));
      await Promise.all(calls.map((call) => test.publisher.publish(call)));
      await arrives(test, calls.flat());
    },
  },
  {
    name: 'to publish an event again, in a later call or in the same, is no error and loses no other',
    async run(makePublisher) {
      const test = await makePublisher();
      const [first, second, third] = events('p', 3) as [CloudEvent, CloudEvent, CloudEvent];
      await test.publisher.publish([first, second]);
      await test.publisher.publish([second, second, third]);
      await arrives(test, [first, second, third]);
    },
  },
];

// Subjects take turns, so that each request holds some of each.
function mixed(subjects: readonly string[], each: number): CloudEvent[] {
  return Array.from({ length: each }, (_, n) => subjects.map((subject) => event(subject, n))).flat();
}

function unusual(): Readonly<Record<string, unknown>>[] {
  const text =
    'line\nbreak\r\n\ttab \u0000 nul \u007f\u0085\u2028\ufeff\uffff e\u0301 é 日本語 🦈 / \\ " \' ` %00 <>&';
  return [
    { data: undefined },
    { data: null },
    { data: '' },
    { data: ` ${text}\n` },
    // Half of a surrogate pair: JSON carries it as an escape, UTF-8 alone could not.
    { data: '\ud83e' },
    { data: 0 },
    { data: -1.5e300 },
    { data: false },
    { data: [] },
    { data: [[[]], {}, null, ''] },
    { data: { '': { 'a.b/ü"': [{ deep: { deeper: [1, 2, 3] } }] }, constructor: 1, detail: 2, body: 3 } },
    { data: undefined, data_base64: 'AP8Q', datacontenttype: 'application/octet-stream' },
    { time: undefined, datacontenttype: undefined },
    { datacontenttype: 'application/vnd.xorca+json; charset=utf-8', dataschema: 'https://xorca.dev/a?b#c' },
    { source: 'urn:Ü:/../x?y=z#1', type: 'cmd.Ünïcode.🦈', id: 'Ü/ 🦈 "1"' },
    {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'a=1,b=2',
      causationid: 'p/1',
      commandid: 'p/1',
      replyto: 'a/b "c" Ü 🦈',
      x: '',
      yes: true,
      count: 2_147_483_647,
    },
  ];
}

function isAttribute(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the specification forbids exactly these
  return !/[\u0000-\u001f\u007f-\u009f]/.test(text);
}

// A publisher must leave alone what it is given: an outbox sends it again.
function deepFrozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) deepFrozen(inner);
  return Object.freeze(value);
}
