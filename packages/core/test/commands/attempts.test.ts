import { expect, test } from 'vitest';
import { setup } from 'xstate';
import { z } from 'zod';
import { createOrchestrator, defineCommand } from '../../src/index.ts';
import { world } from '../support/world.ts';

const charge = defineCommand('cmd.pay.charge', { input: z.any(), output: z.any() });
const machine = setup({}).createMachine({
  initial: 'A',
  states: {
    A: { on: { 'evt.half': 'Half', 'evt.go': 'B' } },
    Half: { on: { 'evt.go': 'B' } },
    B: { type: 'final' },
  },
  output: 'paid',
});
const opened = () =>
  world(createOrchestrator({ name: 'pay', startOn: charge, deadline: '1h', machines: { '1.0.0': machine } }));

const attempt = (id: string, first = id, source = '/orch/order') => ({
  id,
  source,
  subject: '42',
  replyto: '42',
  commandid: first,
  data: {},
});
const CHILD = '42/1@/orch/order';

test('a later attempt goes on with what the earlier one began, and the answer names the later one', async () => {
  const w = opened();
  await w.send('cmd.pay.charge', attempt('42/1'));
  await w.send('evt.half', { subject: CHILD });
  expect(await w.send('cmd.pay.charge', attempt('42/2', '42/1'))).toMatchObject({
    status: 'applied',
    effects: [],
  });
  expect(await w.runner.get(CHILD)).toMatchObject({ value: 'Half' });
  await w.send('evt.go', { subject: CHILD });
  expect(w.sent.map(({ type, causationid }) => [type, causationid])).toEqual([
    ['evt.pay.charge.success', '42/2'],
  ]);
});

test('an attempt that comes after the end is answered again, with nothing done twice', async () => {
  const w = opened();
  await w.send('cmd.pay.charge', attempt('42/1'));
  await w.send('evt.go', { subject: CHILD });
  await w.send('cmd.pay.charge', attempt('42/2', '42/1'));
  expect(w.sent.map(({ id, causationid, data }) => [id, causationid, data])).toEqual([
    [`${CHILD}/1`, '42/1', 'paid'],
    [`${CHILD}/2`, '42/2', 'paid'],
  ]);
});

test('an attempt after an error begins anew, under ids that were never used', async () => {
  const w = opened();
  await w.send('cmd.pay.charge', attempt('42/1'));
  await w.pass(3_600_001);
  expect(await w.runner.get(CHILD)).toMatchObject({ status: 'error' });
  await w.send('cmd.pay.charge', attempt('42/5', '42/1'));
  expect(await w.runner.get(CHILD)).toMatchObject({ status: 'active', value: 'A', stuck: false });
  await w.send('evt.go', { subject: CHILD });
  expect(w.sent.map(({ id, type, causationid }) => [id, type, causationid])).toEqual([
    [`${CHILD}/1`, 'evt.pay.charge.error', '42/1'],
    [`${CHILD}/2`, 'evt.pay.charge.success', '42/5'],
  ]);
});

test('an attempt that was overtaken by a later one, or by the cancel, starts nothing', async () => {
  const w = opened();
  await w.send('cmd.pay.charge', attempt('42/2', '42/1'));
  expect((await w.send('cmd.pay.charge', attempt('42/1'))).status).toBe('unhandled');
  const cancel = { ...attempt('42/7', '42/1'), causationid: '42/2' };
  expect((await w.send('cmd.pay.charge.cancel', cancel)).status).toBe('applied');
  expect((await w.send('cmd.pay.charge', attempt('42/4', '42/1'))).status).toBe('unhandled');
  expect(await w.runner.get(CHILD)).toMatchObject({ status: 'cancelled' });
  expect((await w.send('cmd.pay.charge', attempt('42/9', '42/1'))).status).toBe('applied');
  expect(await w.runner.get(CHILD)).toMatchObject({ status: 'active' });
});

test('two orchestrators whose processes have one id get a process each, and cancel only their own', async () => {
  const w = opened();
  await w.send('cmd.pay.charge', attempt('42/1'));
  await w.send('cmd.pay.charge', attempt('42/1', '42/1', '/orch/billing'));
  const cancel = { ...attempt('42/2', '42/1', '/orch/billing'), causationid: '42/1' };
  await w.send('cmd.pay.charge.cancel', cancel);
  expect(await w.runner.get(CHILD)).toMatchObject({ status: 'active' });
  expect(await w.runner.get('42/1@/orch/billing')).toMatchObject({ status: 'cancelled' });
});

test('a cancel of another command does not end a process', async () => {
  const w = opened();
  await w.send('cmd.pay.charge', { id: 'c1', source: '/client', subject: 'p', data: {} });
  const other = await w.send('cmd.pay.charge.cancel', { source: '/other', subject: 'p', causationid: 'c2' });
  expect(other).toMatchObject({ status: 'unhandled', reason: expect.stringContaining('c2') });
  const forged = { source: '/other', subject: 'p', causationid: 'c1' };
  expect((await w.send('cmd.pay.charge.cancel', forged)).status).toBe('unhandled');
  for (const named of [{ causationid: 'c2' }, { causationid: 'c1', commandid: 'c0' }]) {
    const sibling = { source: '/client', subject: 'p', ...named };
    expect((await w.send('cmd.pay.charge.cancel', sibling)).status).toBe('unhandled');
  }
  await w.runner.start({ id: 'q' });
  const nobodys = { source: '/client', subject: 'q', causationid: 'c1' };
  expect((await w.send('cmd.pay.charge.cancel', nobodys)).status).toBe('unhandled');
  expect(await w.runner.get('q')).toMatchObject({ status: 'active' });
  const own = { source: '/client', subject: 'p', causationid: 'c1' };
  expect((await w.send('cmd.pay.charge.cancel', own)).status).toBe('applied');
});

test('an attempt that comes with the very event that ends the process is answered with its output', async () => {
  const w = opened();
  await w.send('cmd.pay.charge', attempt('42/1'));
  await w.runner.handle([
    { specversion: '1.0', id: 'go', source: '/t', type: 'evt.go', subject: CHILD },
    { specversion: '1.0', type: 'cmd.pay.charge', ...attempt('42/2', '42/1') },
  ]);
  expect(w.sent.map(({ type, causationid, data }) => [type, causationid, data])).toEqual([
    ['evt.pay.charge.success', '42/1', 'paid'],
    ['evt.pay.charge.success', '42/2', 'paid'],
  ]);
});

test('a cancel that a later attempt overtook does not end what goes on for that attempt', async () => {
  const w = opened();
  await w.send('cmd.pay.charge', attempt('42/1'));
  await w.send('cmd.pay.charge', attempt('42/5', '42/1'));
  const late = { ...attempt('42/4', '42/1'), causationid: '42/1' };
  expect(await w.send('cmd.pay.charge.cancel', late)).toMatchObject({ status: 'unhandled' });
  expect(await w.runner.get(CHILD)).toMatchObject({ status: 'active' });
});

test('a cancel that comes before its command holds for all its attempts so far, and for none after', async () => {
  const w = opened();
  const cancel = { ...attempt('42/3', '42/1'), causationid: '42/2' };
  expect(await w.send('cmd.pay.charge.cancel', cancel)).toMatchObject({ status: 'applied' });
  for (const id of ['42/1', '42/2']) {
    expect(await w.send('cmd.pay.charge', attempt(id, '42/1'))).toMatchObject({ status: 'unhandled' });
  }
  expect(await w.runner.get(CHILD)).toMatchObject({ status: 'cancelled' });
  expect(await w.send('cmd.pay.charge', attempt('42/9', '42/1'))).toMatchObject({ status: 'applied' });
  await w.send('evt.go', { subject: CHILD });
  expect(w.last('evt.pay.charge.success')).toMatchObject({ subject: '42', causationid: '42/9' });
});

test('another command for a process that is there is no attempt of the one that began it', async () => {
  const w = opened();
  const command = { id: 'c1', source: '/client', subject: 'p', data: {} };
  await w.send('cmd.pay.charge', command);
  await w.runner.start({ id: 'q' });
  for (const other of [{ id: 'c2' }, { source: '/other' }, { id: 'c3', subject: 'q' }]) {
    const event = { ...command, ...other };
    expect(await w.send('cmd.pay.charge', event)).toMatchObject({ status: 'unhandled', effects: [] });
  }
  await w.send('evt.go', { subject: 'p' });
  expect(w.sent.map(({ causationid }) => causationid)).toEqual(['c1']);
});

test('an attempt that meets its process while it is deleted is to be delivered again, and then begins anew', async () => {
  const w = world(
    createOrchestrator({
      name: 'pay',
      startOn: charge,
      retention: { done: '14d' },
      machines: { '1.0.0': machine },
    }),
  );
  const remove = w.store.delete?.bind(w.store);
  w.store.delete = () => Promise.reject(new Error('killed'));
  await w.send('cmd.pay.charge', attempt('42/1'));
  await w.send('evt.go', { subject: CHILD });
  await w.pass(14 * 86_400_000);
  const again = attempt('42/5', '42/1');
  expect(await w.send('cmd.pay.charge', again)).toMatchObject({
    status: 'failed',
    error: { retryable: true },
  });
  w.store.delete = async (id) => remove?.(id);
  await w.pass(3_600_000);
  expect(await w.send('cmd.pay.charge', again)).toMatchObject({ status: 'applied' });
  expect(await w.runner.get(CHILD)).toMatchObject({ status: 'active' });
});

const inOneBatch = (w: ReturnType<typeof opened>, ...events: ReadonlyArray<readonly [string, object]>) =>
  w.runner.handle(events.map(([type, part]) => ({ specversion: '1.0', type, ...attempt('42/1'), ...part })));
const CHARGE = 'cmd.pay.charge';
const CANCEL = 'cmd.pay.charge.cancel';

test('a start that comes in one batch behind its cancel starts nothing', async () => {
  const w = opened();
  const outcomes = await inOneBatch(w, [CANCEL, { id: '42/2', causationid: '42/1' }], [CHARGE, {}]);
  expect(outcomes.map(({ status }) => status)).toEqual(['applied', 'unhandled']);
  expect(await w.runner.get(CHILD)).toMatchObject({ status: 'cancelled' });
  expect(w.sent).toEqual([]);
});

test('a later attempt in one batch behind the cancel of an earlier one begins anew', async () => {
  const w = opened();
  await w.send(CHARGE, attempt('42/1'));
  await w.send('evt.half', { subject: CHILD });
  const outcomes = await inOneBatch(
    w,
    [CANCEL, { id: '42/2', causationid: '42/1' }],
    [CHARGE, { id: '42/3' }],
  );
  expect(outcomes.map(({ status }) => status)).toEqual(['applied', 'applied']);
  expect(await w.runner.get(CHILD)).toMatchObject({ status: 'active', value: 'A', timers: [] });
  expect((await w.runner.get(CHILD))?.failure).toBeUndefined();
  await w.send('evt.go', { subject: CHILD });
  expect(w.sent.map(({ id, type, causationid }) => [id, type, causationid])).toEqual([
    [`${CHILD}/1`, 'evt.pay.charge.success', '42/3'],
  ]);
});
