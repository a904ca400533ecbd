import { expect, test } from 'vitest';
import { placedOrder } from './world.ts';

const SMALL = 1_000;
const DAY = 24 * 3_600_000;

test('an approval is in time for seven days, and not a moment longer', async () => {
  const inTime = await placedOrder();
  await inTime.answer('success', { left: 0 });
  await inTime.pass(7 * DAY - 1);
  expect(await inTime.send('evt.approval.given', { by: 'me' })).toMatchObject({ status: 'applied' });
  expect(await inTime.state()).toMatchObject({ value: 'Paying', context: { approvedBy: 'me' } });

  const late = await placedOrder();
  await late.answer('success', { left: 0 });
  await late.pass(7 * DAY);
  expect(await late.send('evt.approval.given', { by: 'me' })).toMatchObject({ status: 'buffered' });
  expect(await late.state()).toMatchObject({ value: 'Releasing', context: { reason: 'nobody approved it' } });
  expect(late.sent()).not.toContain('cmd.payment.take');
});

test('an approval that does not say by whom is refused', async () => {
  const { answer, send, state } = await placedOrder();
  await answer('success', { left: 0 });
  expect(await send('evt.approval.given', {})).toMatchObject({ status: 'rejected' });
  expect(await state()).toMatchObject({ value: 'Approving' });
});

test('a payment that nobody answers is asked for three times and then paid back: it may have been taken', async () => {
  const { answer, pass, sent, state } = await placedOrder(SMALL);
  await answer('success', { left: 0 });
  await pass(3 * 60_000 + 10_000);
  expect(sent().filter((type) => type === 'cmd.payment.take')).toHaveLength(3);
  expect(sent().at(-1)).toBe('cmd.payment.refund');
  await answer('success', { refunded: 0 });
  await answer('success');
  expect(await state()).toMatchObject({
    value: 'CalledOff',
    context: { reason: 'the bank does not answer', undone: ['payment', 'reservation'] },
  });
});

test('a parcel is waited for, however long the carrier takes', async () => {
  const { answer, pass, state } = await placedOrder(SMALL);
  await answer('success', { left: 0 });
  await answer('success', { receipt: 'r' });
  await pass(365 * DAY);
  expect(await state()).toMatchObject({ status: 'active', value: 'Shipping' });
  await answer('success', { parcel: 'p' });
  expect(await state()).toMatchObject({ value: 'Shipped', context: { parcel: 'p', undone: [] } });
});

test('a compensation that fails for good ends in an error for a person to see, and a redrive goes on from there', async () => {
  const { answer, pass, runner, state, sent } = await placedOrder(SMALL);
  await answer('success', { left: 0 });
  await answer('error', { reason: 'the card has expired' });
  await pass(30 * DAY);
  expect(await state()).toMatchObject({ status: 'error', value: 'Releasing', stuck: true });
  expect(sent().filter((type) => type === 'cmd.stock.release')).toHaveLength(50);
  await runner.redrive('o');
  await answer('success');
  expect(await state()).toMatchObject({ status: 'done', value: 'CalledOff', stuck: false });
});
