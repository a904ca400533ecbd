import { CloudEvent as SdkEvent } from 'cloudevents';
import { expect, test } from 'vitest';
import { assign, setup } from 'xstate';
import {
  createOrchestrator,
  createRunner,
  defineEvent,
  memoryPublisher,
  memoryStore,
  type StandardSchema,
} from '../src/index.ts';
import { event, literature, walk } from './support/literature-machine.ts';

const setUp = () => {
  const store = memoryStore();
  const publisher = memoryPublisher();
  return { store, publisher, runner: createRunner(literature, { store, publisher }) };
};
const good = walk('b1')[0];
const cases: Array<[name: string, raw: unknown, field: string]> = [
  ['no JSON', '{"specversion":', 'no JSON'],
  ['a JSON text that is no event', '[1,2]', 'event:'],
  ['null', null, 'event:'],
  ['a number', 7, 'event:'],
  ['no CloudEvent', { hello: 'world' }, 'specversion:'],
  ['an old specification', { ...good, specversion: '0.3' }, 'specversion:'],
  ['no subject', { ...good, subject: undefined }, 'subject:'],
  ['an empty subject', { ...good, subject: '' }, 'subject:'],
  ['a subject with half a surrogate', { ...good, subject: 'a\ud800' }, 'process id'],
  ['no id', { ...good, id: '' }, 'id:'],
  ['an id with a line break', { ...good, id: 'a\nb' }, 'id:'],
  ['no source', { ...good, source: undefined }, 'source:'],
  ['a type that is no text', { ...good, type: 5 }, 'type:'],
  ["the machine library's own type", { ...good, type: 'xstate.stop' }, 'type:'],
  ['a wrong content type', { ...good, datacontenttype: 'text/xml' }, 'datacontenttype:'],
  ['a time that is none', { ...good, time: 'yesterday' }, 'time:'],
  ['an extension with capitals', { ...good, traceParent: 'x' }, 'traceParent:'],
  [
    'a key that reaches for the prototype',
    JSON.stringify(good).replace('"bookId"', '"__proto__"'),
    'data.__proto__:',
  ],
  ['10 MB of data', { ...good, data: { pages: ['x'.repeat(10 << 20)] } }, 'data:'],
  ['10 MB of small data', { ...good, data: new Array(3 << 20).fill(1) }, 'data:'],
  ['bad base64', { ...good, data: undefined, data_base64: '***' }, 'data_base64:'],
  [
    'base64 of something else than JSON',
    { ...good, data: undefined, data_base64: 'aGVsbG8=' },
    'data_base64:',
  ],
];

test.each(cases)('%s is rejected, naming the field, and its neighbours go on', async (_name, raw, field) => {
  const { runner, publisher } = setUp();
  const outcomes = await runner.handle([walk('n1')[0], raw, walk('n1')[1], walk('n2')[0]]);
  expect(outcomes.map(({ status }) => status)).toEqual(['applied', 'rejected', 'applied', 'applied']);
  const error = outcomes[1]?.error;
  expect(error?.code).toMatch(/^XORCA_INVALID_(EVENT|ID)$/);
  expect(error?.message).toContain(field);
  expect(await runner.get('b1')).toBeUndefined();
  expect(publisher.published).toHaveLength(3);
});

test('data deeper than any sane event is rejected instead of ending the process', async () => {
  const { runner } = setUp();
  let data: unknown = 1;
  for (let i = 0; i < 100_000; i++) data = [data];
  const [outcome] = await runner.handle([{ ...good, data }]);
  expect(outcome).toMatchObject({ status: 'rejected', error: { code: 'XORCA_INVALID_EVENT' } });
});

test('a type inside the data does not become the type of the event', async () => {
  const { runner } = setUp();
  await runner.handle([good]);
  const sly = event('b1', 'evt.books.fetch.success', {
    type: 'evt.gpt.summary.success',
    pages: ['p'],
    summary: 'x',
  });
  expect((await runner.handle([sly]))[0]?.status).toBe('applied');
  expect(await runner.get('b1')).toMatchObject({
    value: 'Summarise',
    context: { pages: ['p'], summary: '' },
  });
});

test('events of the CloudEvents SDK, JSON texts and base64 are taken alike', async () => {
  const { runner } = setUp();
  const { specversion: _, ...attributes } = walk('b1')[1] as Record<string, unknown>;
  const base64 = {
    ...walk('b1')[2],
    data: undefined,
    data_base64: btoa(JSON.stringify({ summary: 'Light.' })),
  };
  const outcomes = await runner.handle([JSON.stringify(good), new SdkEvent(attributes as never), base64]);
  expect(outcomes.map(({ status }) => status)).toEqual(['applied', 'applied', 'applied']);
  expect(await runner.get('b1')).toMatchObject({ context: { pages: ['p1', 'p2'], summary: 'Light.' } });
});

test('every event that goes out is one the CloudEvents SDK accepts', async () => {
  const { runner, publisher } = setUp();
  await runner.handle(walk('b1'));
  for (const sent of publisher.published) {
    const { specversion: _, ...attributes } = sent;
    expect(new SdkEvent(attributes as never, true).id).toBe(sent.id);
  }
});

const bookSchema: StandardSchema<{ bookId: string }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: async (value) =>
      typeof (value as { bookId?: unknown })?.bookId === 'string'
        ? { value: { bookId: (value as { bookId: string }).bookId } }
        : { issues: [{ message: 'must be a string', path: ['bookId'] }] },
  },
};

test('data of the wrong shape is rejected by its contract, naming the field', async () => {
  const machine = setup({
    types: { context: {} as { input: unknown }, input: {} as { bookId: string } },
  }).createMachine({
    context: ({ input }) => ({ input }),
    on: { more: { actions: assign({ input: ({ event }) => event['data'] }) } },
  });
  const start = defineEvent('start', { data: bookSchema });
  const orchestrator = createOrchestrator({
    name: 'typed',
    machines: { '1': machine },
    startOn: start,
    events: [defineEvent('more', { data: bookSchema })],
  });
  const runner = createRunner(orchestrator, { store: memoryStore(), publisher: memoryPublisher() });
  const outcomes = await runner.handle([
    event('a', 'start', { bookId: 7 }),
    event('b', 'start', { bookId: 'opticks', stray: true }),
    event('b', 'more', {}),
    event('b', 'more', { bookId: 'sawyer' }, 'second'),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'applied', 'rejected', 'applied']);
  expect(outcomes[0]?.error?.message).toContain('data.bookId: must be a string');
  expect(await runner.get('a')).toBeUndefined();
  expect(await runner.get('b')).toMatchObject({ context: { input: { bookId: 'sawyer' } } });
});
