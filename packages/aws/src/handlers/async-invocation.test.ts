import type { DeadLetter } from '@xorca/core/handlers';
import { describe, expect, it } from 'vitest';
import { letters, lettersWorld, noted, told } from '../../../core/test/support/letters.ts';
import { eventBridgeEvent, snsEnvelope, snsEvent } from '../../test/support/lambda-events.ts';
import { eventBridgeHandler } from './event-bridge-handler.ts';
import { snsHandler } from './sns-handler.ts';

const WAYS = {
  SNS: { make: snsHandler<typeof letters>, around: (event: unknown) => snsEvent(JSON.stringify(event)) },
  EventBridge: {
    make: eventBridgeHandler<typeof letters>,
    around: (event: unknown) => eventBridgeEvent(event),
  },
};

describe.each(Object.entries(WAYS))('a function that %s invokes', (name, { make, around }) => {
  async function world(more: { deadLetters?: (letter: DeadLetter) => Promise<void> } = {}) {
    const parts = lettersWorld();
    const handler = make(letters, parts.platform, { ...parts.options, ...more });
    await handler.runner.start({ id: 'p' });
    return { log: parts.log, trouble: parts.trouble, handler };
  }

  it('answers nothing to what was taken, also when nobody wanted it', async () => {
    const { handler } = await world();
    const event = noted('p', 'a');
    for (const one of [event, event, noted('nobody', 'a'), told('unheard-of', 'p')]) {
      expect(await handler(around(one))).toBeUndefined();
    }
    expect((await handler.runner.get('p'))?.context).toEqual({ notes: ['a'] });
  });

  it('throws over what failed, naming the event and the reason, so that Lambda tries again', async () => {
    const { handler, trouble, log } = await world();
    trouble.away = 'p';
    const event = noted('p', 'a');
    await expect(handler(around(event))).rejects.toMatchObject({
      name: 'XorcaError',
      code: 'XORCA_UNAVAILABLE',
      processId: 'p',
      retryable: true,
      message: `Event "evt.letters.note" with id "${event.id}" for process "p" from ${name} was not taken: XORCA_UNAVAILABLE: Table "secret-table" does not answer. Lambda tries again.`,
    });
    expect(log).toMatchObject([{ level: 'warn', eventId: event.id, processId: 'p' }]);
    trouble.away = undefined;
    expect(await handler(around(event))).toBeUndefined();
  });

  it('throws over what can never be taken, so that it ends at the on-failure destination', async () => {
    const { handler, log } = await world();
    const event = told('note', 'p', { text: 5 });
    await expect(handler(around(event))).rejects.toMatchObject({
      code: 'XORCA_INVALID_EVENT',
      retryable: false,
    });
    await expect(handler(around({ hello: 'world' }))).rejects.toThrow('specversion');
    expect(log.map(({ level, code }) => [level, code])).toEqual([
      ['error', 'XORCA_INVALID_EVENT'],
      ['error', 'XORCA_INVALID_EVENT'],
    ]);
  });

  it('acknowledges what deadLetters took, and throws when that fails', async () => {
    const put: DeadLetter[] = [];
    const { handler } = await world({ deadLetters: async (letter) => void put.push(letter) });
    expect(await handler(around({ hello: 'world' }))).toBeUndefined();
    expect(put).toMatchObject([{ error: { code: 'XORCA_INVALID_EVENT' } }]);
    expect(put[0]?.body).toContain('{"hello":"world"}');
    const away = await world({ deadLetters: () => Promise.reject(new Error('away')) });
    await expect(away.handler(around({ hello: 'world' }))).rejects.toThrow('specversion');
  });

  it('begins nothing without time, and throws', async () => {
    const { handler } = await world();
    const late = handler(around(noted('p', 'a')), { getRemainingTimeInMillis: () => 0 });
    await expect(late).rejects.toMatchObject({ code: 'XORCA_DEADLINE' });
    expect((await handler.runner.get('p'))?.context).toEqual({ notes: [] });
  });
});

describe('snsHandler', () => {
  it('opens what EventBridge sent through the topic', async () => {
    const { platform, options } = lettersWorld();
    const handler = snsHandler(letters, platform, options);
    await handler.runner.start({ id: 'p' });
    await handler(snsEvent(JSON.stringify(eventBridgeEvent(noted('p', 'a')))));
    expect((await handler.runner.get('p'))?.context).toEqual({ notes: ['a'] });
  });

  it('tells how many of several messages were not taken', async () => {
    const { platform, options } = lettersWorld();
    const handler = snsHandler(letters, platform, options);
    const Records = ['no event', 'none either'].flatMap((message) => snsEvent(message).Records);
    await expect(handler({ Records })).rejects.toThrow('A delivery from SNS (the first of 2) was not taken');
  });
});

describe('eventBridgeHandler', () => {
  it('takes a CloudEvent by itself, as a rule with an input path sends it', async () => {
    const { platform, options } = lettersWorld();
    const handler = eventBridgeHandler(letters, platform, options);
    await handler.runner.start({ id: 'p' });
    await handler(noted('p', 'a'));
    expect((await handler.runner.get('p'))?.context).toEqual({ notes: ['a'] });
  });

  it('leaves the envelope of a queue to the handler of queues', async () => {
    const { platform, options } = lettersWorld();
    const handler = eventBridgeHandler(letters, platform, options);
    await expect(handler(JSON.parse(snsEnvelope('{}')))).rejects.toThrow('no event that it takes');
  });
});
