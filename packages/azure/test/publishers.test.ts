import { deepStrictEqual } from 'node:assert';
import type { CloudEvent } from '@xorca/core';
import { publisherContract } from '@xorca/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../tools/emulators/azure/azurite.ts';
import {
  type BusNamespace,
  overEventGrid,
  overServiceBus,
  overStorageQueue,
  type Servers,
  startNamespace,
} from './support/buses.ts';

const servers: Servers = [];
let azurite: Azurite;
let namespace: BusNamespace;
beforeAll(async () => {
  azurite = await startAzurite();
  servers.push(azurite);
  namespace = await startNamespace(servers);
});
afterAll(async () => {
  for (const server of servers.reverse()) await server.stop();
});

const buses = {
  'storageQueuePublisher in base64': () => overStorageQueue(azurite, servers),
  'storageQueuePublisher in text': () => overStorageQueue(azurite, servers, 'text'),
  eventGridPublisher: () => overEventGrid(servers),
  'serviceBusPublisher over a queue with sessions': () => overServiceBus(namespace, servers),
  'serviceBusPublisher over a partitioned queue': () => overServiceBus(namespace, servers, 'partitioned'),
};

for (const [name, make] of Object.entries(buses)) {
  describe(name, () => {
    for (const one of publisherContract) {
      it(one.name, async () => deepStrictEqual(await one.show(make), undefined, one.name));
    }

    it('any event arrives unchanged', async () => {
      const seed = Number(process.env['XORCA_SEED'] ?? 20_261_124);
      const test = await make();
      let n = 0;
      const text = fc.string({ unit: 'binary', maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(text, fc.jsonValue(), async (odd, data) => {
          const event = {
            specversion: '1.0',
            id: `${++n}`,
            source: '/any',
            type: 'evt.any',
            subject: `s ${odd}`,
            data: { odd: `${odd}\ud800\uffff\ufffe`, data },
          } as CloudEvent;
          await test.publisher.publish([event]);
          const got = (await test.received()).find(({ id }) => id === event.id);
          expect(JSON.stringify(got)).toBe(JSON.stringify(JSON.parse(JSON.stringify(event))));
        }),
        { seed, numRuns: 60 },
      );
    });
  });
}
