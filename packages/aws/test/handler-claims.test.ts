import { type CloudEvent, memoryPublisher } from '@xorca/core';
import { type ObjectStorage, withEventClaims } from '@xorca/core/codec';
import { describe, expect, it } from 'vitest';
import { letters, lettersWorld, noted } from '../../core/test/support/letters.ts';
import { memoryObjects } from '../../core/test/support/memory-objects.ts';
import { lambdaHandler, type SqsBatchResponse } from '../src/index.ts';
import { binary } from './support/handler-forms.ts';
import { eventBridgeEvent, httpEvent, snsEnvelope, sqsRecord } from './support/lambda-events.ts';

// Over the 1 MiB that a runner takes by itself.
const LARGE = 'x'.repeat(1_500_000);

async function world(prefix = '') {
  const objects = memoryObjects();
  const state = { isAway: false };
  const bucket: ObjectStorage = {
    ...objects,
    get: (key) => (state.isAway ? Promise.reject(new Error('slow down')) : objects.get(key)),
  };
  const { platform, options, log } = lettersWorld();
  const handler = lambdaHandler(letters, platform, { ...options, claimCheck: { objects: bucket, prefix } });
  await handler.runner.start({ id: 'p' });
  const bus = memoryPublisher();
  const sender = withEventClaims(bus, { objects, prefix, threshold: 200_000 });
  /** An event as it comes out of a bus, its data elsewhere. */
  const sent = async (event: CloudEvent) => {
    await sender.publish([event]);
    const small = bus.published.at(-1) as CloudEvent;
    expect(small).toHaveProperty('dataref');
    return small;
  };
  const notes = async () => {
    const process = await handler.runner.get('p');
    return (process?.context as { notes: string[] } | undefined)?.notes;
  };
  return { objects, state, handler, sent, notes, log };
}

describe('lambdaHandler with a claim check', () => {
  it('gives events their data back, in whatever form they come', async () => {
    const { handler, sent, notes } = await world('large/');
    const forms = [
      (event: CloudEvent) => ({ Records: [sqsRecord(JSON.stringify(event))] }),
      (event: CloudEvent) => ({ Records: [sqsRecord(snsEnvelope(JSON.stringify(eventBridgeEvent(event))))] }),
      (event: CloudEvent) => eventBridgeEvent(event),
      (event: CloudEvent) => httpEvent(...binary(event)),
      (event: CloudEvent) =>
        httpEvent(JSON.stringify(event), { 'content-type': 'application/cloudevents+json' }),
    ];
    for (const [n, around] of forms.entries()) {
      await handler(around(await sent(noted('p', `${n}${LARGE}`))));
    }
    expect((await notes())?.map((note) => note[0])).toEqual(['0', '1', '2', '3', '4']);
  });

  it('gives back what cannot be read now, and what follows it of its process', async () => {
    const { handler, sent, notes, state } = await world();
    const Records = [
      sqsRecord(JSON.stringify(await sent(noted('p', LARGE))), { messageId: '1' }),
      sqsRecord(JSON.stringify(noted('p', 'small')), { messageId: '2' }),
      sqsRecord(JSON.stringify(noted('q', 'small')), { messageId: '3' }),
    ];
    state.isAway = true;
    const { batchItemFailures } = (await handler({ Records })) as SqsBatchResponse;
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['1', '2']);
    state.isAway = false;
    expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
    expect(await notes()).toEqual([LARGE, 'small']);
  });

  it('takes data that is gone for what can never be taken', async () => {
    const { handler, sent, objects, log } = await world();
    const event = await sent(noted('p', LARGE));
    objects.texts.clear();
    const Records = [sqsRecord(JSON.stringify(event), { messageId: '1' })];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(log).toMatchObject([{ level: 'error', code: 'XORCA_CORRUPT_RECORD', eventId: event.id }]);
  });

  it('reads nothing without time, by the clock of the platform', async () => {
    const { handler, sent, objects } = await world();
    const event = await sent(noted('p', LARGE));
    objects.calls.length = 0;
    const Records = [sqsRecord(JSON.stringify(event), { messageId: '1' })];
    const answer = await handler({ Records }, { getRemainingTimeInMillis: () => 0 });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(objects.calls).toEqual([]);
    const inTime = await handler({ Records }, { getRemainingTimeInMillis: () => 1 });
    expect(inTime).toEqual({ batchItemFailures: [] });
  });

  it('lets the runner still be told how much it takes', async () => {
    const { platform, options } = lettersWorld();
    const { objects, sent } = await world();
    const handler = lambdaHandler(letters, platform, {
      ...options,
      claimCheck: { objects },
      runner: { maxEventBytes: 1_000 },
    });
    const Records = [sqsRecord(JSON.stringify(await sent(noted('p', LARGE))), { messageId: '1' })];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
  });
});
