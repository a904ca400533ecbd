import type { DeadLetter } from '@xorca/core/handlers';
import { describe, expect, it } from 'vitest';
import {
  letters,
  lettersWorld,
  noted,
  shouters,
  shouting,
  told,
} from '../../../core/test/support/letters.ts';
import {
  cronEvent,
  eventBridgeEvent,
  fifoRecord,
  snsEnvelope,
  sqsRecord,
} from '../../test/support/lambda-events.ts';
import { type SqsBatchResponse, type SqsRecord, sqsHandler } from './sqs-handler.ts';

async function world(ids: readonly string[] = ['p', 'q']) {
  const parts = lettersWorld();
  const handler = sqsHandler(letters, parts.platform, parts.options);
  const send = async (...Records: SqsRecord[]) => {
    const { batchItemFailures } = (await handler({ Records })) as SqsBatchResponse;
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
  for (const id of ids) await handler.runner.start({ id });
  const notes = async (id: string) => {
    const process = await handler.runner.get(id);
    return (process?.context as { notes: string[] } | undefined)?.notes;
  };
  return { log: parts.log, time: parts.time, trouble: parts.trouble, handler, send, notes };
}

const as = (messageId: string) => ({ messageId });
const text = (value: unknown) => JSON.stringify(value);
const wake = (id?: unknown) => text({ xorca: 'wake', id, at: 1 });

describe('sqsHandler on a standard queue', () => {
  it('gives back what failed and what is behind it of its process, and nothing else', async () => {
    const { send, notes } = await world();
    const again = await send(
      sqsRecord(text(noted('p', 'a')), as('1')),
      sqsRecord(text(told('break', 'p')), as('2')),
      sqsRecord(text(noted('q', 'b')), as('3')),
      sqsRecord(text(noted('p', 'c')), as('4')),
    );
    expect(again).toEqual(['2', '4']);
    expect(await notes('p')).toEqual(['a']);
    expect(await notes('q')).toEqual(['b']);
  });

  it('keeps no order among messages of a group: groups there are for fairness', async () => {
    const { send } = await world();
    const group = { attributes: { MessageGroupId: 'g' } };
    const again = await send(
      sqsRecord(text(told('break', 'p')), { ...as('1'), ...group }),
      sqsRecord(text(noted('q', 'b')), { ...as('2'), ...group }),
    );
    expect(again).toEqual(['1']);
  });

  it('opens envelopes in whatever order they are nested', async () => {
    const { send, notes } = await world();
    const around = [
      (event: unknown) => text(event),
      (event: unknown) => snsEnvelope(text(event)),
      (event: unknown) => text(eventBridgeEvent(event)),
      (event: unknown) => snsEnvelope(text(eventBridgeEvent(event))),
      (event: unknown) => text(eventBridgeEvent(JSON.parse(snsEnvelope(text(event))))),
      (event: unknown) => snsEnvelope(snsEnvelope(text(event))),
    ];
    const bodies = around.map((wrap, n) => wrap(noted('p', `note ${n}`)));
    expect(await send(...bodies.map((body) => sqsRecord(body)))).toEqual([]);
    expect(await notes('p')).toEqual(around.map((_, n) => `note ${n}`));
  });

  it('gives up on envelopes without end', async () => {
    const { send, log } = await world();
    let body = text(noted('p', 'a'));
    for (let n = 0; n < 10; n++) body = snsEnvelope(body.length > 50_000 ? '{}' : body);
    expect(await send(sqsRecord(body, as('deep')))).toEqual(['deep']);
    expect(log).toMatchObject([{ code: 'XORCA_INVALID_EVENT', messageId: 'deep' }]);
    expect(log[0]?.message).toContain('more than 8 envelopes');
  });

  it('answers a batch of nothing with nothing', async () => {
    expect(await (await world()).send()).toEqual([]);
  });
});

describe('sqsHandler on a FIFO queue', () => {
  it('gives back all that follow a failed message in its group, also of other processes', async () => {
    const { send, notes, log } = await world(['p', 'q', 'r']);
    const batch = [
      fifoRecord(text(noted('p', 'a')), 'g', as('1')),
      fifoRecord(text(told('break', 'p')), 'g', as('2')),
      fifoRecord(text(noted('r', 'b')), 'other', as('3')),
      fifoRecord(text(noted('p', 'c')), 'g', as('4')),
      fifoRecord(text(noted('q', 'd')), 'g', as('5')),
      fifoRecord('no event', 'g', as('6')),
    ];
    expect(await send(...batch)).toEqual(['2', '4', '5', '6']);
    expect(await notes('r')).toEqual(['b']);
    // One line is enough: what is behind the failed one only waits for it.
    expect(log.map(({ messageId }) => messageId)).toEqual(['2']);
    // What had been applied before it was given back is not applied again.
    await send(fifoRecord(text(noted('p', 'x')), 'g'), batch[4] as SqsRecord);
    expect(await notes('q')).toEqual(['d']);
  });

  it('lets what can never be taken hold up nobody behind it, and gives it back alone', async () => {
    const { send, notes } = await world();
    const again = await send(
      fifoRecord(text(noted('p', 'a')), 'p', as('1')),
      fifoRecord(text(told('note', 'p', { text: 5 })), 'p', as('2')),
      fifoRecord('no event', 'p', as('3')),
      fifoRecord(text(noted('p', 'b')), 'p', as('4')),
    );
    expect(again).toEqual(['2', '3']);
    expect(await notes('p')).toEqual(['a', 'b']);
  });

  it('puts aside nothing that is held back, since it comes again and is put aside then', async () => {
    const { platform, options } = lettersWorld();
    const put: DeadLetter[] = [];
    const handler = sqsHandler(letters, platform, {
      ...options,
      deadLetters: async (one) => void put.push(one),
    });
    await handler.runner.start({ id: 'p' });
    const broken = fifoRecord('no event', 'p', as('2'));
    const answer = await handler({ Records: [fifoRecord(text(told('break', 'p')), 'p', as('1')), broken] });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }, { itemIdentifier: '2' }] });
    expect(put).toEqual([]);
    expect(await handler({ Records: [broken] })).toEqual({ batchItemFailures: [] });
    expect(put).toMatchObject([{ body: 'no event', messageId: '2', trigger: 'sqs' }]);
  });

  it('gives back only failed commands of a fleet: those that were answered are not carried out twice', async () => {
    const { platform, options } = lettersWorld();
    const { fleet, shouted } = shouters();
    const handler = sqsHandler(fleet, platform, options);
    const Records = [
      fifoRecord(text(shouting('p', '')), 'p', as('1')),
      fifoRecord(text(shouting('p', 'b')), 'p', as('2')),
    ];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(shouted).toEqual(['b']);
  });
});

describe('sqsHandler with wakes in a batch', () => {
  it('wakes the processes they name by one wake, beside events, in envelopes too', async () => {
    const { send, handler, time } = await world(['p', 'q', 'r']);
    time.ms += 60_000;
    const again = await send(
      sqsRecord(wake('p')),
      sqsRecord(text(noted('r', 'a'))),
      sqsRecord(text(eventBridgeEvent(JSON.parse(wake('q'))))),
      sqsRecord(snsEnvelope(wake('p'))),
      sqsRecord(wake('nobody')),
    );
    expect(again).toEqual([]);
    for (const id of ['p', 'q', 'r']) expect((await handler.runner.get(id))?.value, id).toBe('Resting');
  });

  it('gives back those whose process could not be woken', async () => {
    const { send, handler, time, trouble, log } = await world();
    time.ms += 60_000;
    trouble.away = 'p';
    expect(await send(sqsRecord(wake('p'), as('1')), sqsRecord(wake('q'), as('2')))).toEqual(['1']);
    expect((await handler.runner.get('q'))?.value).toBe('Resting');
    expect(log).toMatchObject([{ level: 'warn', code: 'XORCA_UNAVAILABLE', processId: 'p', messageId: '1' }]);
  });

  it('wakes all that are due for one without an id, and for a cron, and gives it back when the store is away', async () => {
    const { send, handler, time, trouble } = await world();
    time.ms += 60_000;
    trouble.away = '*';
    const beats = [sqsRecord(wake(), as('1')), sqsRecord(text(cronEvent()), as('2'))];
    expect(await send(...beats)).toEqual(['1', '2']);
    trouble.away = undefined;
    expect(await send(...beats)).toEqual([]);
    for (const id of ['p', 'q']) expect((await handler.runner.get(id))?.value, id).toBe('Resting');
  });

  it.each([[''], [7], ['p\ud800']])(
    'takes a wake of %j, which names no process, for a broken message',
    async (id) => {
      const { send, log } = await world();
      expect(await send(sqsRecord(wake(id), as('1')))).toEqual(['1']);
      expect(log).toMatchObject([{ level: 'error', code: 'XORCA_INVALID_ID', messageId: '1' }]);
    },
  );

  it('gives back wakes and events that it has no time for, and begins none', async () => {
    const { handler, time } = await world();
    time.ms += 60_000;
    const Records = [sqsRecord(wake('p'), as('1')), sqsRecord(text(noted('q', 'a')), as('2'))];
    const answer = await handler({ Records }, { getRemainingTimeInMillis: () => 0 });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }, { itemIdentifier: '2' }] });
    expect((await handler.runner.get('p'))?.value).toBe('Open');
  });
});

describe('sqsHandler and what can never be taken', () => {
  it('gives it back with a line that names message, code and reason, so that the queue puts it aside', async () => {
    const { send, log } = await world();
    const attributes = { ApproximateReceiveCount: '3' };
    expect(await send(sqsRecord('no event', { ...as('1'), attributes }))).toEqual(['1']);
    expect(log).toEqual([
      {
        level: 'error',
        message: expect.stringMatching(/no JSON.*It can never be taken: it is given back/),
        code: 'XORCA_INVALID_EVENT',
        trigger: 'sqs',
        messageId: '1',
        receiveCount: 3,
      },
    ]);
  });

  it('hands it to deadLetters, if there are some, and then acknowledges it', async () => {
    const { platform, options, log } = lettersWorld();
    const put: DeadLetter[] = [];
    const handler = sqsHandler(letters, platform, {
      ...options,
      deadLetters: async (one) => void put.push(one),
    });
    await handler.runner.start({ id: 'p' });
    const event = told('note', 'p', { text: 5 });
    const body = snsEnvelope(text(event));
    expect(await handler({ Records: [sqsRecord(body, as('1')), sqsRecord(text(noted('p', 'a')))] })).toEqual({
      batchItemFailures: [],
    });
    expect(put).toEqual([
      {
        body,
        event,
        error: expect.objectContaining({ code: 'XORCA_INVALID_EVENT' }),
        trigger: 'sqs',
        messageId: '1',
      },
    ]);
    expect(log).toMatchObject([{ level: 'warn', messageId: '1', eventId: event.id, processId: 'p' }]);
    expect(log[0]?.message).toContain('put aside');
  });

  it('gives it back when deadLetters throws', async () => {
    const { platform, options, log } = lettersWorld();
    const handler = sqsHandler(letters, platform, {
      ...options,
      deadLetters: () => Promise.reject(new Error('the queue of the dead is away')),
    });
    const answer = await handler({ Records: [sqsRecord('no event', as('1'))] });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(log).toMatchObject([{ level: 'error', messageId: '1' }]);
    expect(log[0]?.message).toContain('the queue of the dead is away');
  });
});
