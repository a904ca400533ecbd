import {
  DescribeEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CREDENTIALS } from './credentials.ts';
import { type EventBridge, startEventBridge } from './event-bridge.ts';

let emulator: EventBridge;
let client: EventBridgeClient;

beforeAll(async () => {
  emulator = await startEventBridge(['orders']);
  client = new EventBridgeClient({ ...CREDENTIALS, endpoint: emulator.endpoint, maxAttempts: 1 });
});
afterAll(async () => {
  client?.destroy();
  await emulator?.stop();
});

const entry = (part: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry => ({
  EventBusName: 'orders',
  Source: '/orders',
  DetailType: 'evt.order.placed',
  Detail: '{}',
  ...part,
});
const put = (...Entries: PutEventsRequestEntry[]) => client.send(new PutEventsCommand({ Entries }));

it('keeps what it took, in the order of the entries', async () => {
  emulator.taken.length = 0;
  const { FailedEntryCount, Entries } = await put(
    entry({ Detail: '{"n":1}', Time: new Date(1_750_000_000_000) }),
    entry({ Detail: '{"n":2}' }),
  );
  expect(FailedEntryCount).toBe(0);
  expect(Entries?.every(({ EventId }) => EventId)).toBe(true);
  expect(emulator.taken.map(({ Detail, Time }) => [Detail, Time])).toEqual([
    ['{"n":1}', 1_750_000_000],
    ['{"n":2}', undefined],
  ]);
});

it('takes 1 to 10 entries', async () => {
  await expect(put()).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(put(...Array.from({ length: 11 }, () => entry()))).rejects.toMatchObject({
    name: 'ValidationException',
  });
  await put(...Array.from({ length: 10 }, () => entry()));
});

it('takes 1 MB in all the entries of a call together', async () => {
  const half = entry({ Detail: JSON.stringify({ text: 'x'.repeat(524_300) }) });
  await put(half);
  await expect(put(half, half)).rejects.toMatchObject({ name: 'ValidationException' });
});

it.each([
  ['MalformedDetail', { Detail: '[1]' }],
  ['MalformedDetail', { Detail: 'text' }],
  ['InvalidArgument', { Source: '' }],
  ['InvalidArgument', { DetailType: '' }],
  ['InvalidArgument', { DetailType: 'x'.repeat(129) }],
  ['NotAuthorizedForSourceException', { Source: 'aws.ec2' }],
])('refuses one entry alone, with status 200: %s for %j', async (code, part) => {
  emulator.taken.length = 0;
  const { FailedEntryCount, Entries, $metadata } = await put(entry(part), entry({ Detail: '{"good":1}' }));
  expect($metadata.httpStatusCode).toBe(200);
  expect(FailedEntryCount).toBe(1);
  expect(Entries).toMatchObject([{ ErrorCode: code }, { EventId: expect.any(String) }]);
  expect(emulator.taken).toHaveLength(1);
});

it('says of an event for a bus that is not there that it was taken, and loses it', async () => {
  emulator.taken.length = 0;
  const { FailedEntryCount, Entries } = await put(entry({ EventBusName: 'nowhere' }));
  expect(FailedEntryCount).toBe(0);
  expect(Entries).toMatchObject([{ EventId: expect.any(String) }]);
  expect(emulator.taken).toEqual([]);
});

it('tells which buses are there to who asks', async () => {
  const ask = (Name: string) => client.send(new DescribeEventBusCommand({ Name }));
  expect(await ask('orders')).toMatchObject({ Name: 'orders' });
  await expect(ask('nowhere')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
