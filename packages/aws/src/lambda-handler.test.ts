import {
  createFleetRunner,
  createRunner,
  type Fleet,
  memoryPublisher,
  memoryStore,
  type Orchestrator,
} from '@xorca/core';
import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { letters, lettersWorld, noted, shouters, shouting, told } from '../../core/test/support/letters.ts';
import { cronEvent, httpEvent, snsEvent, sqsRecord } from '../test/support/lambda-events.ts';
import {
  eventBridgeHandler,
  httpHandler,
  type LambdaOptions,
  lambdaHandler,
  snsHandler,
  sqsHandler,
  wakeHandler,
} from './index.ts';

const platform = () => ({ store: memoryStore(), publisher: memoryPublisher() });
const record = (event: unknown, messageId: string) => sqsRecord(JSON.stringify(event), { messageId });

describe('lambdaHandler tells at the cold start what is wrong', () => {
  const runner = createRunner(letters, platform());
  const { fleet } = shouters();
  const machine = setup({}).createMachine({});

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a text', 'letters', 'a string'],
    ['a list', [letters], 'a list'],
    ['a function', function books() {}, 'a function (books)'],
    ['an empty object', {}, 'an empty object'],
    ['anything else', { name: 'x', source: 'y' }, 'an object with name, source'],
    ['a runner', runner, 'a runner: give the orchestrator'],
    ['a fleet runner', createFleetRunner(fleet, platform()), 'a fleet runner: give the fleet'],
    ['a machine', machine, 'a machine of XState'],
    ['a platform', platform(), 'a platform: it comes second'],
  ])('when it is given %s for an orchestrator', (_, what, words) => {
    const make = () => lambdaHandler(what as Orchestrator, platform());
    expect(make).toThrow(words);
    expect(make).toThrow(expect.objectContaining({ code: 'XORCA_CONFIG' }));
  });

  it.each<[string, unknown]>([
    ['no platform', undefined],
    ['no store', { publisher: memoryPublisher() }],
    ['no publisher', { store: memoryStore(), publisher: {} }],
  ])('when there is %s', (_, ports) => {
    for (const what of [letters, fleet] as Orchestrator[]) {
      if (what !== letters && (ports as object | undefined)) continue;
      const make = () => lambdaHandler(what, ports as ReturnType<typeof platform>);
      expect(make).toThrow(expect.objectContaining({ code: 'XORCA_CONFIG' }));
    }
  });

  it.each<[string, unknown]>([
    ['Did you mean "stopBefore"?', { stopbefore: '1s' }],
    ['createRunner has no option "concurency". Did you mean "concurrency"?', { runner: { concurency: 2 } }],
    ['stopBefore of lambdaHandler must be', { stopBefore: 'soon' }],
    ['log of lambdaHandler must be a function', { log: 'console' }],
    ['verify of lambdaHandler must be a function', { verify: true }],
    ['onOutcome of lambdaHandler must be a function', { onOutcome: 1 }],
    ['deadLetters of lambdaHandler must be a function', { deadLetters: {} }],
    ['allowedOrigins of lambdaHandler must be a list', { allowedOrigins: 'a.example' }],
    ['allowedOrigins of lambdaHandler must be a list', { allowedOrigins: [''] }],
    ['maxBodyBytes of lambdaHandler must be a whole number', { maxBodyBytes: 0 }],
    ['lambdaHandler({ claimCheck }) has no option "bucket"', { claimCheck: { bucket: 'b' } }],
    ['readEventClaims needs objects', { claimCheck: {} }],
    ['options of lambdaHandler must be an object', 'fast'],
  ])('and says: %s', (words, options) => {
    const make = () => lambdaHandler(letters, platform(), options as LambdaOptions<Orchestrator>);
    expect(make).toThrow(words);
    expect(make).toThrow(expect.objectContaining({ code: 'XORCA_CONFIG' }));
  });

  it('by the name of the handler that was made', () => {
    for (const make of [sqsHandler, snsHandler, eventBridgeHandler, wakeHandler, httpHandler]) {
      expect(() => make(letters, platform(), { stopBefor: 1 } as object)).toThrow(
        `${make.name} has no option`,
      );
    }
  });
});

describe('lambdaHandler and events of no known trigger', () => {
  const SHAPES = ['SQS', 'SNS', 'EventBridge', 'a wake', 'HTTP API', 'REST API'];

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'undefined'],
    ['a text', 'hello', 'a string'],
    ['a list', [1, 2], 'a list of 2'],
    ['an empty object', {}, 'an empty object'],
    ['a stream', { Records: [{ eventSource: 'aws:kinesis' }] }, '"Records" of aws:kinesis'],
    [
      'a queue and a topic in one',
      { Records: [record(1, 'm'), snsEvent('').Records[0]] },
      '"Records" of aws:sqs',
    ],
    ['messages without an id', { Records: [{ eventSource: 'aws:sqs' }] }, '"Records" of aws:sqs'],
    ['a made-up source', { Records: [{ eventSource: 'my secret' }] }, '"Records", which'],
    ['fields of its own', { action: 'my secret', payload: { id: 'my secret' } }, '"action", "payload"'],
  ])('throws over %s, naming what it was and what it takes', async (_, event, words) => {
    const handler = lambdaHandler(letters, platform());
    const thrown = await handler(event).catch((error: Error) => error);
    expect(thrown).toMatchObject({ code: 'XORCA_INVALID_EVENT' });
    const { message } = thrown as Error;
    expect(message).toContain(words);
    for (const shape of SHAPES) expect(message).toContain(shape);
    expect(message).not.toContain('my secret');
  });

  it('shortens what it names', async () => {
    const keys = Array.from({ length: 100 }, (_, n) => `${n}-${'x'.repeat(1_000)}`);
    const event = Object.fromEntries(keys.map((key) => [key, 1]));
    const { message } = (await lambdaHandler(letters, platform())(event).catch((error) => error)) as Error;
    expect(message.length).toBeLessThan(2_000);
  });

  it('a handler of one trigger takes no other', async () => {
    const make = { sqsHandler, snsHandler, eventBridgeHandler, wakeHandler, httpHandler };
    const events: Record<keyof typeof make, unknown> = {
      sqsHandler: { Records: [record(noted('p', 'a'), 'm')] },
      snsHandler: snsEvent(JSON.stringify(noted('p', 'a'))),
      eventBridgeHandler: noted('p', 'a'),
      wakeHandler: { xorca: 'wake' },
      httpHandler: httpEvent('', {}, 'GET'),
    };
    for (const [name, one] of Object.entries(make)) {
      const handler = one(letters, platform());
      for (const [other, event] of Object.entries(events)) {
        const answer = handler(event).then(
          () => 'taken',
          (error: { code: string }) => error.code,
        );
        expect(await answer, `${name} of ${other}`).toBe(name === other ? 'taken' : 'XORCA_INVALID_EVENT');
      }
    }
  });
});

describe('lambdaHandler and time', () => {
  async function world(options: LambdaOptions<Orchestrator>) {
    const parts = lettersWorld();
    const handler = lambdaHandler(letters, parts.platform, { ...parts.options, ...options });
    await handler.runner.start({ id: 'p' });
    const left = (ms: unknown) => ({ getRemainingTimeInMillis: () => ms as number });
    const send = (context?: object) => handler({ Records: [record(noted('p', 'a'), 'm')] }, context);
    return { log: parts.log, handler, left, send };
  }
  const again = { batchItemFailures: [{ itemIdentifier: 'm' }] };
  const taken = { batchItemFailures: [] };

  it('stops so long before the end as stopBefore says, by default a second', async () => {
    const bySecond = await world({ stopBefore: '1s' });
    expect(await bySecond.send(bySecond.left(1_000))).toEqual(again);
    expect(await bySecond.send(bySecond.left(1_001))).toEqual(taken);
    const parts = lettersWorld();
    const handler = lambdaHandler(letters, parts.platform, { log: () => {} });
    const late = { Records: [record(told('started', 'x'), 'm')] };
    expect(await handler(late, bySecond.left(1_000))).toEqual(again);
    expect(await handler(late, bySecond.left(1_001))).toEqual(taken);
  });

  it('says when an invocation begins with too little of it: that is a setting, and no message says so', async () => {
    const { send, left, log } = await world({ stopBefore: '2s' });
    await send(left(1_500));
    expect(log[0]).toMatchObject({ level: 'error', code: 'XORCA_DEADLINE' });
    expect(log[0]?.message).toContain('began with 1500 ms left');
    expect(log[0]?.message).toContain('2000 ms before the end');
  });

  it('has no end where nobody tells it', async () => {
    const { send, left } = await world({});
    for (const context of [undefined, {}, left(Number.NaN), left('soon')]) {
      expect(await send(context)).toEqual(taken);
    }
  });
});

describe('lambdaHandler', () => {
  it('gives its runner, for what no trigger does', async () => {
    const handler = lambdaHandler(letters, platform());
    expect((await handler.runner.start({ id: 'p' })).status).toBe('applied');
    await handler({ Records: [record(noted('p', 'a'), 'm')] });
    expect((await handler.runner.get('p'))?.context).toEqual({ notes: ['a'] });
  });

  it('makes one runner for all invocations', async () => {
    const snapshots: string[] = [];
    const handler = lambdaHandler(letters, platform(), {
      runner: { onSnapshot: (id) => snapshots.push(id) },
    });
    const { runner } = handler;
    await handler({ Records: [record(told('started', 'p'), 'm')] });
    expect(await handler(cronEvent())).toEqual({ woken: 0, resent: 0, failed: 0, more: false });
    expect(handler.runner).toBe(runner);
    expect(snapshots).toEqual(['p']);
  });

  it('tells onOutcome of each event, and minds nothing that it throws', async () => {
    const { platform: ports, options, log } = lettersWorld();
    const seen: string[] = [];
    const onOutcome = async ({ status }: { status: string }) => {
      seen.push(status);
      if (status === 'applied') throw new Error('no figures today');
    };
    const handler = lambdaHandler(letters, ports, { ...options, onOutcome });
    const Records = [
      record(told('started', 'p'), '1'),
      record(noted('nobody', 'a'), '2'),
      sqsRecord('no event', { messageId: '3' }),
      record({ xorca: 'wake', id: '' }, '4'),
    ];
    const answer = { batchItemFailures: [{ itemIdentifier: '3' }, { itemIdentifier: '4' }] };
    expect(await handler({ Records })).toEqual(answer);
    expect(seen.sort()).toEqual(['applied', 'rejected', 'rejected', 'unknown-process']);
    expect(log[0]).toMatchObject({ level: 'warn', code: 'XORCA_HANDLER' });
    expect(log[0]?.message).toContain('no figures today');
  });

  it('goes on when the log throws', async () => {
    const log = () => {
      throw new Error('the disk is full');
    };
    const handler = lambdaHandler(letters, platform(), { log });
    expect(await handler({ Records: [sqsRecord('no event', { messageId: '1' })] })).toEqual({
      batchItemFailures: [{ itemIdentifier: '1' }],
    });
  });

  it('knows a fleet from an orchestrator', async () => {
    const { fleet, shouted } = shouters();
    const publisher = memoryPublisher();
    const handler = lambdaHandler(fleet, { publisher });
    expect(handler.runner.fleet satisfies Fleet).toBe(fleet);
    await handler({ Records: [record(shouting('p', 'a'), 'm')] });
    expect(shouted).toEqual(['a']);
    expect(publisher.published.map(({ data }) => data)).toEqual([{ text: 'A' }]);
  });
});
