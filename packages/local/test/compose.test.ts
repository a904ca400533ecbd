import { createFleetRunner, createOrchestrator, createRunner } from '@xorca/core';
import { expect, it } from 'vitest';
import { setup } from 'xstate';
import { openPlatform } from './support/platform.ts';
import { delivery, services, shop } from './support/shop.ts';
import { settled } from './support/virtual-time.ts';

async function town(withServices = true) {
  const open = await openPlatform({}, { journal: true, pollMs: 3_600_000 });
  const { platform } = open;
  const orders = createRunner(shop, platform);
  const deliveries = createRunner(delivery, platform);
  platform.attach(orders);
  platform.attach(deliveries);
  if (withServices) {
    platform.attach(createFleetRunner(services(), { ...platform, timers: open.time }, { timeout: '5s' }));
  }
  return { ...open, orders, deliveries };
}

const approval = {
  specversion: '1.0',
  id: 'yes',
  source: '/boss',
  type: 'evt.approval.given',
  subject: 'o1',
  data: { by: 'the boss' },
};

it('an order goes all its way over the bus: a list, a lost answer, an approval, a day of rest, a process of another', async () => {
  const { platform, orders, deliveries, time } = await town();
  await orders.start({ id: 'o1', input: { of: ['tea', 'milk', 'honey'] } });
  await platform.bus.publish([approval]);
  await settled();
  for (let n = 0; n < 20; n++) await time.advance(10_000);
  expect(await orders.get('o1')).toMatchObject({ value: 'Resting', context: { receipt: 'no. 2' } });
  await time.advance(86_400_000);
  await platform.idle();
  await settled();
  expect(await orders.get('o1')).toMatchObject({ status: 'done', context: { signed: 'Isaac' } });
  expect((await deliveries.list()).items).toMatchObject([{ status: 'done' }]);
  const steps: string[] = [];
  for await (const { input } of platform.journal?.read('o1') ?? []) steps.push(input.kind);
  expect(steps.slice(0, 2)).toEqual(['start', 'answer']);
  expect(platform.bus.deadLetters()).toEqual([]);
});

it('cancelling an order over the bus cancels the process that delivers it', async () => {
  const { platform, orders, deliveries, time } = await town();
  await orders.start({ id: 'o1', input: { of: [] } });
  await platform.bus.publish([approval]);
  await settled();
  for (let n = 0; n < 20; n++) await time.advance(10_000);
  // Nobody drives: the delivery waits for ever.
  await platform.bus.unsubscribe('fleet town');
  await time.advance(86_400_000);
  await settled();
  const [{ id } = { id: '' }] = (await deliveries.list()).items;
  expect(await deliveries.get(id)).toMatchObject({ status: 'active', value: 'Driving' });
  await orders.cancel('o1');
  await platform.idle();
  expect(await deliveries.get(id)).toMatchObject({ status: 'cancelled' });
});

it('gets events of any name that start or signal its processes', async () => {
  const { platform } = await town(false);
  const counting = createOrchestrator({
    name: 'counting',
    startOrSignal: ['orders.item.added'],
    machines: { '1': setup({}).createMachine({ on: { 'orders.item.added': { actions: () => {} } } }) },
  });
  const runner = createRunner(counting, platform);
  platform.attach(runner);
  await platform.bus.publish([{ ...approval, type: 'orders.item.added', subject: 'c1' }]);
  await platform.idle();
  expect(await runner.get('c1')).toMatchObject({ status: 'active' });
});
