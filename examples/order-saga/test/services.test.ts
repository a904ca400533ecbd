import { join } from 'node:path';
import {
  type CloudEvent,
  createCloudEvent,
  createFleetRunner,
  memoryPublisher,
  memoryStore,
} from '@xorca/core';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';
import { bank } from '../src/services/bank.ts';
import { openLedger } from '../src/services/ledger.ts';
import type { ServiceOptions } from '../src/services/service.ts';
import { stock } from '../src/services/stock.ts';

const MONDAY = Date.UTC(2026, 0, 5);
const SUNDAY = Date.UTC(2026, 0, 11);

async function service(make: typeof bank, { now = MONDAY, store = memoryStore() } = {}) {
  const ledger = openLedger(join(await temporaryFolder(), 'ledger.db'));
  onTestFinished(() => ledger.close());
  const publisher = memoryPublisher();
  const options: ServiceOptions = { ledger, tell: () => {}, now: () => now, reached: async () => {} };
  const runner = createFleetRunner(make(options), { publisher }, { idempotency: { store } });
  return {
    entries: () => ledger.entries().map(({ orderId, kind, asked }) => `${orderId} ${kind} ${asked}`),
    async answer(type: string, id: string, data: object, subject = 'o'): Promise<CloudEvent | undefined> {
      const command = createCloudEvent({ id, type, source: '/orch', subject, data });
      const [outcome] = await runner.handle([command]);
      return outcome?.effects[0];
    },
  };
}

const pay = { amount: 100, card: 'valid' };

test('a command that is delivered twice gets the same answer, and the bank does not even hear of it', async () => {
  const { answer, entries } = await service(bank);
  const first = await answer('cmd.payment.take', '1', pay);
  expect(first).toMatchObject({ type: 'evt.payment.take.success' });
  expect(await answer('cmd.payment.take', '1', pay)).toEqual(first);
  expect(entries()).toEqual(['o charge 1']);
});

test('a command that is sent a second time under another id takes no money either', async () => {
  const { answer, entries } = await service(bank);
  await answer('cmd.payment.take', '1', pay);
  expect(await answer('cmd.payment.take', '2', pay)).toMatchObject({ type: 'evt.payment.take.success' });
  expect(entries()).toEqual(['o charge 2']);
});

test('what was never charged is not paid back, and nothing is paid back on a Sunday', async () => {
  const monday = await service(bank);
  expect(await monday.answer('cmd.payment.refund', '1', {})).toMatchObject({ data: { refunded: 0 } });
  const sunday = await service(bank, { now: SUNDAY });
  await sunday.answer('cmd.payment.take', '1', pay);
  expect(await sunday.answer('cmd.payment.refund', '2', {})).toMatchObject({
    type: 'evt.payment.refund.error',
    data: { reason: 'it is Sunday' },
  });
  expect(sunday.entries()).toEqual(['o charge 1']);
});

test.each([
  ['before it was carried out', false, { refunded: 0 }, ['o refund 1']],
  ['after it was carried out', true, { refunded: 100 }, ['o charge 1', 'o refund 1']],
])(
  'a payment that comes after its refund is refused, when it was refunded %s',
  async (_, first, data, booked) => {
    const { answer, entries } = await service(bank);
    if (first) await answer('cmd.payment.take', '1', pay);
    expect(await answer('cmd.payment.refund', '2', {})).toMatchObject({ data });
    expect(await answer('cmd.payment.take', '3', pay)).toMatchObject({
      type: 'evt.payment.take.error',
      data: { reason: 'the payment was called off' },
    });
    expect(entries()).toEqual(booked);
  },
);

test.each([
  ['before it was carried out', false, ['o release 1']],
  ['after it was carried out', true, ['o reserve 1', 'o release 1']],
])(
  'a reservation that comes after its release is refused, when it was released %s',
  async (_, first, booked) => {
    const { answer, entries } = await service(stock);
    const one = { item: 'globe', quantity: 1 };
    if (first) await answer('cmd.stock.reserve', '1', one);
    expect(await answer('cmd.stock.release', '2', one)).toMatchObject({ type: 'evt.stock.release.success' });
    expect(await answer('cmd.stock.reserve', '3', one)).toMatchObject({
      type: 'evt.stock.reserve.error',
      data: { reason: 'the reservation was called off' },
    });
    expect(entries()).toEqual(booked);
    // Neither the shelves: another order still gets the only one.
    expect(await answer('cmd.stock.reserve', '4', one, 'other')).toMatchObject({ data: { left: 0 } });
  },
);

test('the last piece goes to one order, until that one gives it back', async () => {
  const { answer, entries } = await service(stock);
  const one = { item: 'globe', quantity: 1 };
  expect(await answer('cmd.stock.reserve', '1', one, 'first')).toMatchObject({ data: { left: 0 } });
  expect(await answer('cmd.stock.reserve', '2', one, 'second')).toMatchObject({
    data: { reason: 'there is no globe left' },
  });
  await answer('cmd.stock.release', '3', one, 'first');
  expect(await answer('cmd.stock.reserve', '4', one, 'second')).toMatchObject({ data: { left: 0 } });
  expect(entries()).toEqual(['first reserve 1', 'first release 1', 'second reserve 1']);
});
