import { expect, test } from 'vitest';
import { setup } from 'xstate';
import { z } from 'zod';
import {
  createOrchestrator,
  createRunner,
  defineCommand,
  memoryPublisher,
  memoryStore,
  type ProcessRecord,
} from '../../src/index.ts';
import { decodeBody, encodeBody, type RecordBody } from '../../src/record.ts';
import { literature, walk } from '../support/literature-machine.ts';

/* What the fuzzing of this folder found, each by itself. */

const start = walk('b1')[0];

async function outcomeOf(part: object) {
  const runner = createRunner(literature, { store: memoryStore(), publisher: memoryPublisher() });
  const [odd, other] = await runner.handle([{ ...start, ...part }, walk('b2')[0]]);
  expect(other?.status).toBe('applied');
  return odd?.status === 'rejected' ? odd.error?.message : odd?.status;
}

test.each(['specversion', 'type', 'id', 'time', 'datacontenttype'])(
  'a %s that cannot be turned into text is rejected, and does not take its batch along',
  async (field) => {
    expect(await outcomeOf(JSON.parse(`{"${field}":{"toString":1,"valueOf":1}}`))).toContain(
      `${field}: must be`,
    );
  },
);

test('a time in a list is no time', async () => {
  expect(await outcomeOf({ time: ['2026-01-01T00:00:00Z'] })).toContain(
    'time: must be an RFC 3339 timestamp',
  );
});

test.each([[['a']], [{ deep: { er: 1 } }]])(
  'an extension or attribute with parts is rejected: they would pass every limit of the data',
  async (value) => {
    expect(await outcomeOf({ tracestate: value })).toContain(
      'tracestate: must be text, a number or a boolean',
    );
    expect(await outcomeOf({ dataschema: value })).toContain(
      'dataschema: must be text, a number or a boolean',
    );
    expect(await outcomeOf({ tracestate: null, num: 1, bool: false })).toBe('applied');
  },
);

test('attributes without end are rejected, as data without end is', async () => {
  expect(await outcomeOf({ tracestate: 'x'.repeat(70_000) })).toContain('attributes are larger than 65536');
  expect(await outcomeOf({ tracestate: 'x'.repeat(65_000) })).toBe('applied');
});

test.each(['subject', 'tracestate', 'replyto'])(
  'a control character in %s is rejected: no event of that process could ever be sent',
  async (field) => {
    expect(await outcomeOf({ [field]: 'a\nb' })).toContain(
      `${field}: must be well-formed text without control characters`,
    );
    expect(await outcomeOf({ [field]: 'a b' })).toBe('applied');
  },
);

test('a command whose answer would have no subject is rejected: its process could never end', async () => {
  const begin = defineCommand('cmd.begin', { input: z.unknown(), output: z.unknown() });
  const machine = setup({}).createMachine({ initial: 'a', states: { a: { type: 'final' } } });
  const orchestrator = createOrchestrator({ name: 'o', machines: { '1': machine }, startOn: begin });
  const runner = createRunner(orchestrator, { store: memoryStore(), publisher: memoryPublisher() });
  const command = { specversion: '1.0', id: '1', source: '/s', type: begin.type, subject: 'p', data: {} };
  const [odd, other] = await runner.handle([
    { ...command, replyto: '' },
    { ...command, id: '2', replyto: 'q' },
  ]);
  expect(odd?.error?.message).toContain('replyto: must not be empty');
  expect(other?.status).toBe('applied');
});

const about = {
  id: 'p',
  orchestrator: 'o',
  version: '1',
  status: 'active',
  states: [],
  stuck: false,
  revision: 1,
  wakeAt: null,
  updatedAt: 1,
} as const;
const event = { specversion: '1.0', id: 'e', source: '/s', type: 't', subject: 'p' };
const timer = { key: 'k', at: 1, token: 1, from: ['a'], to: [], event: { type: 't' } };
const command = {
  key: 'k',
  path: ['k'],
  type: 'cmd.a',
  ids: ['p/1'],
  attempt: 1,
  at: 1,
  dueAt: 2,
  resting: false,
};
const body: RecordBody = {
  format: 2,
  engine: 'xstate@5',
  machine: 'm',
  hash: 'h',
  counter: 1,
  seen: 'abcdefghijkl0001',
  outbox: [{ event, cause: 'c', at: 1 }],
  timers: [timer],
  commands: [command],
  sequence: 1,
  sources: ['/s'],
  buffered: [{ event, hash: 'h', until: 2 }],
  problem: { kind: 'step', event, code: 'c', message: 'm', firstAt: 1, lastAt: 1, times: 1 },
  origin: { command: 'c', source: '/s', subject: 'p' } as NonNullable<RecordBody['origin']>,
  failure: { code: 'XORCA_COMMAND', message: 'm', at: 1 },
  deadlineAt: 1,
  resumeAt: 1,
  expiresAt: 1,
  trace: { traceparent: 't' },
  snapshot: { value: 'a' },
};
const decoded = (change: object, drop?: string) => {
  const { [drop ?? '']: _, ...rest } = { ...body, ...change } as Record<string, unknown>;
  return decodeBody({ ...about, body: JSON.stringify(rest) } as ProcessRecord);
};
const refusal = (name: string) =>
  expect.objectContaining({
    code: 'XORCA_CORRUPT_RECORD',
    processId: 'p',
    message: expect.stringContaining(name),
  });

test('a whole body is read, and one without what may be absent', () => {
  expect(decoded({})).toEqual(body);
  for (const part of [
    'sources',
    'buffered',
    'problem',
    'origin',
    'failure',
    'deadlineAt',
    'resumeAt',
    'expiresAt',
    'trace',
  ]) {
    expect(decoded({}, part)).not.toHaveProperty(part);
  }
  expect(
    decoded({
      snapshot: null,
      commands: [{ ...command, dueAt: null }],
      problem: { ...body.problem, event: undefined },
    }).snapshot,
  ).toBe(null);
});

test('format 1 has no commands, and reads as having none', () => {
  expect(decoded({ format: 1 }, 'commands')).toEqual({ ...body, commands: [] });
});

test.each([
  ['no format', { format: undefined }, 'which there never was'],
  ['a format that never was', { format: 0 }, 'has format 0, which there never was'],
  ['a format that is a text', { format: '2' }, 'which there never was'],
])('a body with %s is refused', (_name, change, message) => {
  expect(() => decoded(change)).toThrow(refusal(message));
});

test.each(['seen', 'counter', 'sequence', 'snapshot', 'outbox', 'timers', 'commands'])(
  'a body without %s is refused by its name',
  (part) => {
    expect(() => decoded({}, part)).toThrow(refusal(`has no ${part}, or one that is damaged`));
  },
);

/** Every item of a list and every part of an object, with each part of it in turn of another kind. */
test.each(
  Object.entries({
    outbox: [{ event, cause: 'c', at: 1 }],
    timers: [timer],
    commands: [{ ...command, resting: undefined }],
    buffered: body.buffered,
    problem: { ...body.problem, firstAt: undefined, event: undefined },
    origin: body.origin,
    failure: { code: 'c', message: 'm' },
  }),
)('a body whose %s has a part of another kind is refused by its name', (part, sample) => {
  const [item] = [sample].flat() as Record<string, unknown>[];
  const wrap = (value: unknown) => (Array.isArray(sample) ? [value] : value);
  for (const odd of [null, 7, 'text']) expect(() => decoded({ [part]: wrap(odd) })).toThrow(refusal(part));
  expect(() => decoded({ [part]: Array.isArray(sample) ? {} : 7 })).toThrow(refusal(part));
  for (const [name, value] of Object.entries(JSON.parse(JSON.stringify(item)))) {
    const odd = typeof value === 'number' ? 'text' : 7;
    expect(() => decoded({ [part]: wrap({ ...item, [name]: odd }) }), name).toThrow(refusal(part));
    if (name !== 'dueAt')
      expect(() => decoded({ [part]: wrap({ ...item, [name]: undefined }) }), name).toThrow(refusal(part));
  }
});

test.each([
  ['outbox', [{ event: { ...event, id: 1 }, cause: 'c', at: 1 }]],
  ['outbox', [{ event: { ...event, source: 1 }, cause: 'c', at: 1 }]],
  ['buffered', [{ event: { ...event, type: 1 }, hash: 'h', until: 1 }]],
  ['buffered', [{ event, hash: 'h', until: 1, failed: 7 }]],
  ['buffered', [{ event, hash: 'h', until: 1, failed: { at: 'x', times: 1 } }]],
  ['buffered', [{ event, hash: 'h', until: 1, failed: { at: 1, times: 1.5 } }]],
  ['timers', [{ ...timer, event: { type: 1 } }]],
  ['timers', [{ ...timer, to: [1] }]],
  ['commands', [{ ...command, ids: ['a', null] }]],
  ['problem', { ...body.problem, event: {} }],
  ['sources', ['/s', 1]],
  ['sources', '/s'],
  ['deadlineAt', 'soon'],
  ['resumeAt', null],
  ['expiresAt', '1'],
  ['trace', 'x'],
  ['seen', 1],
  ['counter', '1'],
  ['sequence', null],
])('damage within %s is found', (part, value) => {
  expect(() => decoded({ [part]: value })).toThrow(refusal(part));
});

test('a window that the next save would write as no JSON is refused', () => {
  for (const seen of ['\u0000', '"', '\\', 'a\nb', 'abc"defghijk0001', '\ud800']) {
    expect(() => decoded({ seen })).toThrow(refusal('window of inputs'));
  }
  // However a body was written.
  const lines = JSON.stringify({ ...body, format: undefined, seen: undefined }).slice(1);
  const record = { ...about, body: `{ "seen" : "${body.seen}", "format":2,${lines}` } as ProcessRecord;
  expect(decodeBody(record)).toEqual(body);
});

test('a body reads back as it was written, with few commands and with many', () => {
  for (const count of [0, 100, 101, 150]) {
    const many = { ...body, commands: Array.from({ length: count }, () => command) };
    const text = encodeBody(many);
    expect(decodeBody({ ...about, body: text } as ProcessRecord)).toEqual(many);
    // The window comes first in the short way of writing, where it is spared from being looked through.
    expect(text.startsWith('{"seen":')).toBe(count <= 100);
  }
});

test('an early event that failed is read with when and how often', () => {
  const buffered = [{ event, hash: 'h', until: 2, failed: { at: 1, times: 3 } }];
  expect(decoded({ buffered }).buffered).toEqual(buffered);
});
