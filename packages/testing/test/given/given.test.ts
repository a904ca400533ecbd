import { expect, test } from 'vitest';
import {
  approvalGiven,
  orderCalledOff,
  orderPlaced,
  refundPayment,
  releaseStock,
  reserveStock,
  sendParcel,
  takePayment,
} from '../../../../examples/order-saga/src/contracts.ts';
import { orders } from '../../../../examples/order-saga/src/orchestrator.ts';
import {
  advance,
  again,
  answered,
  cancelled,
  event,
  failed,
  given,
  including,
  sent,
  started,
  startedBy,
} from '../../src/index.ts';
import { LARGE, placed, placedSmall } from './orders.ts';

test('a whole order: what happened, what happens, what is expected then', async () => {
  await placed
    .answered(reserveStock, { left: 3 })
    .event(approvalGiven, { by: 'me' })
    .when(answered(takePayment, { receipt: 'r-1' }))
    .then({
      state: 'Shipping',
      outcome: 'applied',
      status: 'active',
      effects: [{ type: 'cmd.parcel.send', data: { item: 'organ', quantity: 1, city: 'Passau' } }],
      context: { approvedBy: 'me', order: { amount: 900_000 } },
      commands: [sendParcel],
      timers: [],
      version: '1.0.0',
      problem: null,
      failure: null,
    })
    .when(answered(sendParcel, { parcel: 'p-1' }))
    .then({ status: 'done', state: 'Shipped', commands: [], timers: [] })
    .then([{ type: 'notif.order.shipped', data: { parcel: 'p-1' } }]);
});

test('the effects of a `when` are those of that step alone, and all of them', async () => {
  await placed.when(answered(reserveStock, { left: 0 })).then({ effects: [] });
  await given(orders).when(startedBy(orderPlaced, LARGE)).then([reserveStock]);
  await given(orders)
    .when(started(LARGE))
    .then([sent(reserveStock, { item: 'organ', quantity: 1 })]);
});

test('an effect is expected by type, by contract, with data, by predicate, by pattern, or in parts', async () => {
  const approved = placed.answered(reserveStock, { left: 3 }).when(event(approvalGiven, { by: 'me' }));
  await approved.then(['cmd.payment.take']);
  await approved.then([takePayment]);
  await approved.then([sent(takePayment, { amount: (cents) => cents > 1_000, card: /^val/ })]);
  await approved.then([{ type: /payment/, subject: 'o', data: including({ card: 'valid' }) }]);
  await approved.then([{ type: 'cmd.payment.take', data: expect.objectContaining({ amount: 900_000 }) }]);
  await approved.then({ effects: (effects) => effects.length === 1 });
  await expect(approved.then([])).rejects.toThrow(
    'Not as expected after step 3, "event evt.approval.given { by: \'me\' }": effects.',
  );
  await expect(approved.then([sent(takePayment, { amount: 1, card: 'valid' })])).rejects.toThrow('amount: 1');
});

test('timers are listed by what is left of them, by their moment or by their name', async () => {
  const asked = placed.advance('30s').answered(reserveStock, { left: 1 });
  await asked.then({ timers: ['7d'] });
  await asked.advance('1d').then({ timers: [{ in: '6d', event: /approvalTime/ }] });
  await asked.then({ timers: [{ at: '2026-01-12T09:00:30Z' }] });
  await expect(asked.then({ timers: [] })).rejects.toThrow("in: '7d'");
  await expect(asked.then({ timers: ['6d'] })).rejects.toThrow("-     in: '6d'");
});

test('time fires what is due in order, each at its own moment, and not a moment early', async () => {
  const asked = placed.answered(reserveStock, { left: 1 });
  await asked.when(advance(7 * 86_400_000 - 1)).then({ outcome: 'idle', state: 'Approving', effects: [] });
  await asked
    .when(advance('7d'))
    .then({ state: 'Releasing', effects: [releaseStock], context: { reason: 'nobody approved it' } });
  // Asked at 0, 1m and later, each time after the pause of the one before: not all in the one jump.
  await placedSmall.when(advance('10m')).then({
    state: 'Releasing',
    effects: (effects) => effects.filter(({ type }) => type === 'cmd.stock.reserve').length === 2,
  });
});

test('a command is expected with its attempt, what is left of its time, and what it was sent with', async () => {
  await placedSmall.then({
    commands: [
      { type: reserveStock, attempt: 1, in: '1m', resting: false, input: { item: 'organ', quantity: 1 } },
    ],
  });
  await placedSmall.advance('1m').then({ commands: [{ type: 'cmd.stock.reserve', resting: true }] });
  await placedSmall
    .advance('63s')
    .then({ commands: [{ attempt: 2, in: (ms) => ms > 50_000 && ms < 60_000 }] });
  const shipping = placedSmall.answered(reserveStock, { left: 0 }).answered(takePayment, { receipt: 'r' });
  await shipping.then({ commands: [{ type: sendParcel, in: null }] });
  await expect(shipping.then({ commands: [] })).rejects.toThrow('cmd.parcel.send');
});

test('an early event is kept until a state takes it, and the story says so', async () => {
  const { text } = await placed
    .event(approvalGiven, { by: 'me' })
    .then({ outcome: 'buffered', buffered: ['evt.approval.given'] })
    .when(answered(reserveStock, { left: 3 }))
    .then({ state: 'Paying', buffered: [], effects: [takePayment] });
  expect(text).toContain('buffered: kept until a state takes it');
  expect(text).toContain('the early event evt.approval.given is taken → Paying');
  const dropped = await placed.event(approvalGiven, { by: 'me' }).advance('8d');
  expect(dropped.text).toContain('reported: XORCA_BUFFER_EXPIRED');
});

test('what is refused on purpose is expected by outcome or error, and changes nothing', async () => {
  const asked = placed.answered(reserveStock, { left: 3 });
  await asked
    .when(event('evt.approval.given', { by: 5 }))
    .then({ outcome: 'rejected', error: 'XORCA_INVALID_EVENT', state: 'Approving' })
    .then({ error: /data\.by/ })
    .event(approvalGiven, { by: 'me' })
    .then('Paying');
  await asked.when(event('evt.nobody.knows')).then({ outcome: 'unhandled', effects: [] });
  await asked.when({ type: 'evt.approval.given', data: { by: 'me' } }).then('Paying');
  await given(orders)
    .when(event(approvalGiven, { by: 'me' }))
    .then({ outcome: 'unknown-process', status: 'absent' });
});

test('the same delivered again does nothing', async () => {
  await placed.when(again()).then({ outcome: 'duplicate', effects: [], state: 'Reserving' });
  await placed.answered(reserveStock, { left: 3 }).again().again().then('Approving');
  await given(orders).started(LARGE).when(again()).then({ outcome: 'duplicate', effects: [] });
});

test('an answer that comes too late, or to an earlier attempt, is told apart', async () => {
  await placedSmall
    .advance('70s')
    .when(failed(reserveStock, { reason: 'none left' }, { attempt: 1 }))
    .then({ outcome: 'unhandled', state: 'Reserving' })
    .when(answered(reserveStock, { left: 3 }, { attempt: 1 }))
    .then({ outcome: 'applied', state: 'Paying' });
  await placedSmall
    .advance('10m')
    .when(answered(reserveStock, { left: 3 }, { late: true }))
    .then({ outcome: 'unhandled', state: 'Releasing', effects: [] });
});

test('a compensation that fails for good ends in an error, and a redrive goes on from there', async () => {
  await placedSmall
    .answered(reserveStock, { left: 0 })
    .failed(takePayment, { reason: 'expired' })
    .when(advance('30d'))
    .then({ status: 'error', state: 'Releasing', failure: 'XORCA_COMMAND', problem: { kind: 'step' } })
    .redriven()
    .then({ status: 'active', effects: [releaseStock], problem: null })
    .when(answered(releaseStock, {}))
    .then({
      status: 'done',
      effects: [sent(orderCalledOff, { reason: 'expired', undone: ['reservation'] })],
    });
});

test('a process is cancelled, once', async () => {
  await placedSmall.when(cancelled('no longer wanted')).then({
    status: 'cancelled',
    effects: ['cmd.stock.reserve.cancel'],
    failure: { message: /no longer wanted/ },
  });
  const shipped = placedSmall
    .answered(reserveStock, { left: 0 })
    .answered(takePayment, { receipt: 'r' })
    .answered(sendParcel, { parcel: 'p' });
  await shipped.when(cancelled()).then({ outcome: 'failed', error: 'XORCA_ENDED', state: 'Shipped' });
});

test('events travel as on a bus, as JSON', async () => {
  await placed
    .answered(reserveStock, { left: 3 })
    .when(event('evt.approval.given', { by: { toJSON: () => 'me' }, at: new Date(0) }))
    .then({ state: 'Paying', context: { approvedBy: 'me' } });
});

test('several events come one after the other, plain or made', async () => {
  await placed
    .answered(reserveStock, { left: 0 })
    .events({ type: 'evt.approval.given', data: { by: 'me' } }, answered(takePayment, { receipt: 'r' }))
    .then('Shipping');
});

test('chains are values: several go on from one, and each lives through it by itself', async () => {
  const paying = placedSmall.answered(reserveStock, { left: 0 });
  await paying.when(answered(takePayment, { receipt: 'r' })).then([sendParcel]);
  await paying.when(failed(takePayment, { reason: 'expired' })).then([releaseStock]);
  await paying.when(advance('10m')).then({ state: 'Refunding', commands: [refundPayment] });
  const stories = [await paying, await placedSmall.answered(reserveStock, { left: 0 })];
  expect(stories[0]?.text).toBe(stories[1]?.text);
});

test('an awaited chain gives what `then` does not say', async () => {
  const story = await placed.answered(reserveStock, { left: 3 }).event(approvalGiven, { by: 'me' });
  expect(story.sent.map(({ id, time }) => [id, time])).toEqual([
    ['o/1', '2026-01-05T09:00:00.000Z'],
    ['o/2', '2026-01-05T09:00:00.000Z'],
  ]);
  expect(story).toMatchObject({
    outcome: 'applied',
    now: Date.UTC(2026, 0, 5, 9),
    process: { value: 'Paying' },
  });
  expect(story.effects).toHaveLength(1);
});

test('a chain is a promise to everybody who takes it for one', async () => {
  const wrong = placed.then('Nowhere');
  await expect(wrong).rejects.toThrow(': state.');
  expect(await wrong.catch(() => 'caught')).toBe('caught');
  expect(await wrong.then(undefined, () => 'caught')).toBe('caught');
  const both = await Promise.all([placed, (async () => placed)()]);
  expect(both.map(({ outcome }) => outcome)).toEqual(['applied', 'applied']);
});

test('a chain that nobody awaits is lived through all the same, so that its failure is heard', async () => {
  const heard = new Promise<unknown>((resolve) => {
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.once('unhandledRejection', (reason) => {
      for (const other of others) process.on('unhandledRejection', other);
      resolve(reason);
    });
  });
  placed.then('Nowhere');
  expect(String(await heard)).toContain(': state.');
});
