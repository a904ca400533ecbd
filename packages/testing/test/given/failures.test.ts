import { createOrchestrator } from '@xorca/core';
import { expect, test } from 'vitest';
import { assign, setup } from 'xstate';
import {
  approvalGiven,
  orderPlaced,
  releaseStock,
  reserveStock,
  takePayment,
} from '../../../../examples/order-saga/src/contracts.ts';
import { orders } from '../../../../examples/order-saga/src/orchestrator.ts';
import { advance, answered, event, given, including } from '../../src/index.ts';
import { failing } from './failing.ts';
import { LARGE, placed, placedSmall } from './orders.ts';

const asked = placed.answered(reserveStock, { left: 3 });

test('a failure tells the story so far, and then the difference', async () => {
  const { message } = await failing(
    asked.when(advance('7d')).then({ state: 'Paying', effects: [takePayment], status: 'active' }),
  );
  expect(message).toBe(`Not as expected after step 3, "advance 7d": state, effects.

The story of o (shop.orders), begun 2026-01-05T09:00:00.000Z
  1. +0s started by evt.order.placed { item: 'organ', quantity: 1, amount: 900000, card: 'valid', city: 'Passau' }
       → Reserving
       ⇢ cmd.stock.reserve { item: 'organ', quantity: 1 }
  2. +0s answered cmd.stock.reserve { left: 3 }
       → Approving
  3. +0s advance 7d
       +7d timer after.approvalTime.order.Approving → Releasing
       ⇢ cmd.stock.release { item: 'organ', quantity: 1 }

state (- expected, + actual)
  - 'Paying'
  + 'Releasing'

effects (- expected, + actual)
    [
      {
  -     type: 'cmd.payment.take',
  +     type: 'cmd.stock.release',
      },
    ]`);
});

test('its actual and expected are what was compared, for the diff of a runner', async () => {
  const error = await failing(
    asked.when(event(approvalGiven, { by: 'me' })).then({
      state: 'Paying',
      context: { approvedBy: 'you', order: { item: 'organ' } },
      effects: [{ type: 'cmd.payment.take', data: including({ amount: 5 }) }, 'notif.x'],
    }),
  );
  expect(error.actual).toEqual({
    context: { approvedBy: 'me', order: { item: 'organ' } },
    effects: [{ type: 'cmd.payment.take', data: { amount: 900_000 } }],
  });
  expect(error.expected).toEqual({
    context: { approvedBy: 'you', order: { item: 'organ' } },
    effects: [{ type: 'cmd.payment.take', data: { amount: 5 } }, { type: 'notif.x' }],
  });
  expect(error).toMatchObject({ name: 'AssertionError', code: 'ERR_ASSERTION', generatedMessage: false });
});

test('its stack leads to the line that does not hold, of a step and of an expectation', async () => {
  const wrongThen = await failing(asked.then('Paying'));
  const wrongStep = await failing(asked.answered(takePayment, { receipt: 'r' }));
  for (const { stack = '' } of [wrongThen, wrongStep]) {
    const [first] = stack.split('\n').filter((line) => line.startsWith('    at '));
    expect(first).toContain('failures.test.ts');
  }
});

test('a misspelt event fails at once, with the nearest one and what is possible now', async () => {
  const { message, actual, expected } = await failing(
    asked.event('evt.aproval.given', { by: 'me' }).advance('1d').then('Paying'),
  );
  expect(message).toMatch(/^Did not go through: step 3, "event evt\.aproval\.given { by: 'me' }"\.\n/);
  expect(message).toContain(
    'unhandled: no state takes evt.aproval.given\nDid you mean "evt.approval.given"?',
  );
  expect(message).toContain(`Now, in Approving, it
  takes evt.approval.given
  has the timer after.approvalTime.order.Approving in 7d`);
  expect({ actual, expected }).toEqual({ actual: 'unhandled', expected: 'applied' });
  // A `when` is as strict where nobody says that it may fail.
  await failing(asked.when(event('evt.aproval.given')).then({ effects: [] }));
});

test('what happened must have happened: only a `when` may come to nothing, and only where that is said', async () => {
  const nothing = event('evt.nobody.knows');
  await asked.when(nothing).then({ outcome: 'unhandled' });
  await failing(asked.events(nothing).then({ outcome: 'unhandled' }));
  await failing(asked.when(nothing).advance('1s').then({ outcome: 'idle' }));
  // A problem that is there says nothing about an event that nobody takes.
  const broken = given(faulty).started().when(event('evt.break')).then({ problem: 'XORCA_MACHINE' });
  await failing(broken.when(nothing).then({ problem: 'XORCA_MACHINE' }));
});

test('an answer nobody waits for fails at once, and what is waited for is listed', async () => {
  const notYet = await failing(placedSmall.answered(takePayment, { receipt: 'r' }));
  expect(notYet.message).toContain('unhandled: no cmd.payment.take is waited for');
  expect(notYet.message).toContain(
    "waits for cmd.stock.reserve { item: 'organ', quantity: 1 } (actor 0.order.Reserving, attempt 1, given up in 1m)",
  );
  const twice = await failing(
    placedSmall.answered(reserveStock, { left: 3 }).answered(reserveStock, { left: 3 }),
  );
  expect(twice.message).toContain('no cmd.stock.reserve is waited for: it was sent once, and answered');
  const third = await failing(placedSmall.answered(reserveStock, { left: 3 }, { attempt: 3 }));
  expect(third.message).toContain('was sent once only, so there is no attempt 3');
  const other = await failing(
    placedSmall.failed(reserveStock, { reason: 'x' }, { input: { item: 'flute' } }),
  );
  expect(other.message).toContain("no cmd.stock.reserve with { input: { item: 'flute' } } is waited for");
});

test('an event before any start, or after the end, says how to begin or that nothing moves it', async () => {
  const early = await failing(given(orders).event(approvalGiven, { by: 'me' }));
  expect(early.message).toContain("Begin with .started(…), or .startedBy('evt.order.placed', …).");
  const misspelt = await failing(given(orders).startedBy('evt.order.plced', LARGE));
  expect(misspelt.message).toContain('Did you mean "evt.order.placed"?');
  const over = placedSmall.failed(reserveStock, { reason: 'none left' });
  const { message } = await failing(over.event(approvalGiven, { by: 'me' }));
  expect(message).toContain('The process has ended (done) in CalledOff: nothing moves it any more.');
});

test('data that breaks its contract fails with the field', async () => {
  const { message } = await failing(placed.startedBy('evt.order.placed', { ...LARGE, amount: 'much' }));
  // The same id starts the process no second time, so it is held against its contract first.
  expect(message).toMatch(/rejected: XORCA_INVALID_EVENT: .*data\.amount/);
});

test('a state that does not exist is named, with the nearest one', async () => {
  const { message } = await failing(asked.then('Aproving'));
  expect(message).toContain('Did you mean "Approving"?');
  expect((await failing(asked.then('Paying'))).message).not.toContain('Did you mean');
});

test('an expectation that does not exist is refused where it is written', () => {
  expect(() => asked.then({ efects: [] } as never)).toThrow('Did you mean "effects"?');
  expect(() => asked.then({ timers: [{ inn: '7d' } as never] })).toThrow('Did you mean "in"?');
  expect(() => asked.then({ timers: ['seven days' as never] })).toThrow("a span such as '30s'");
  expect(() => asked.then({ commands: [{ atempt: 1 } as never] })).toThrow('Did you mean "attempt"?');
  expect(() => asked.answered(reserveStock, { left: 1 }, { lat: true } as never)).toThrow(
    'Did you mean "late"?',
  );
  expect(() => given(orders, { nwo: 0 } as never)).toThrow('Did you mean "now"?');
  expect(() => given(orders, { now: 'tomorrow' })).toThrow('now of given must be epoch milliseconds');
  expect(() => given(orders).then('Reserving')).toThrow('nothing to look at');
  expect(() => asked.advance('soon' as never)).toThrow('The time to advance');
});

test('a predicate that forgets to return, or throws, fails and is shown', async () => {
  const none = await failing(asked.then({ context: { order: () => undefined as never } }));
  expect(none.message).toContain('which returned nothing');
  const thrown = await failing(
    asked.then({
      context: () => {
        throw new Error('no luck');
      },
    }),
  );
  expect(thrown.message).toContain('which threw: no luck');
  const truthy = await failing(asked.then({ context: { order: (() => 'yes') as never } }));
  expect(truthy.message).toContain('‹passes');
});

test('one effect too many in the middle is shown as one too many', async () => {
  const { message } = await failing(
    placedSmall.when(advance('70s')).then([reserveStock, { type: 'cmd.stock.release', data: {} }]),
  );
  expect(message).toContain(`effects (- expected, + actual)
    [
      {
        type: 'cmd.stock.reserve',
      },
  -   {
  -     data: {},
  -     type: 'cmd.stock.release',
  -   },
    ]`);
});

const FAULTY = setup({
  types: { context: {} as { n: number }, events: {} as { type: 'evt.break' } | { type: 'evt.date' } },
}).createMachine({
  id: 'faulty',
  context: { n: 0 },
  initial: 'A',
  states: {
    A: {
      on: {
        'evt.break': {
          actions: () => {
            throw new Error('it is broken');
          },
        },
        // What JSON would change must not get into a record.
        'evt.date': { target: 'B', actions: assign({ n: () => new Date(0) as never }) },
      },
      after: { 60000: 'C' },
    },
    B: {},
    C: {
      entry: () => {
        throw new Error('it breaks later');
      },
    },
  },
});
const faulty = createOrchestrator({ name: 'faulty', machines: { '1.0.0': FAULTY } });

test('a machine that throws fails its step, also when time brought it about', async () => {
  const thrown = await failing(given(faulty).started().event('evt.break'));
  expect(thrown.message).toContain('failed: XORCA_MACHINE');
  expect(thrown.message).toContain('it is broken');
  const later = await failing(given(faulty).started().advance('2m'));
  expect(later.message).toContain('it breaks later');
  await given(faulty)
    .started()
    .when(event('evt.break'))
    .then({ outcome: 'failed', error: /it is broken/, problem: 'XORCA_MACHINE', state: 'A' });
  await given(faulty)
    .started()
    .when(advance('2m'))
    .then({ error: 'XORCA_MACHINE', problem: { times: (times: number) => times > 1 } });
});

test('a state that does not survive being saved fails its step', async () => {
  const { message } = await failing(given(faulty).started().event('evt.date'));
  expect(message).toContain('failed: XORCA_MACHINE');
  expect(message).toContain('context.n');
});

test('time that never moves on is found out', async () => {
  const machine = setup({}).createMachine({
    initial: 'A',
    states: { A: { after: { 1000: 'B' } }, B: { after: { 0: 'B2' } }, B2: { after: { 0: 'B' } } },
  });
  const restless = createOrchestrator({ name: 'restless', machines: { '1.0.0': machine } });
  const { message } = await failing(given(restless).started().advance('2s'));
  expect(message).toContain('a delay of nothing leads back to itself');
});

test('a long time is told by how it began and how it ended', async () => {
  const { text } = await placedSmall.answered(reserveStock, { left: 1 }).advance('30d');
  expect(text).toMatch(/… \d+ more such steps of the process …/);
  expect(text.split('\n').length).toBeLessThan(40);
  expect((await failing(placedSmall.advance('30d').then([releaseStock]))).message.length).toBeLessThan(
    40_000,
  );
});

test('nothing is lived through before the chain is awaited or ends in an expectation', async () => {
  let lived = 0;
  const machine = setup({}).createMachine({ entry: () => void lived++ });
  const chain = given(createOrchestrator({ name: 'counts', machines: { '1.0.0': machine } })).started();
  await Promise.resolve();
  expect(lived).toBe(0);
  await chain;
  await chain;
  expect(lived).toBe(1);
  await chain.then({ status: 'active' });
  expect(lived).toBe(2);
  expect(orderPlaced.type).toBe('evt.order.placed');
  expect(answered(reserveStock, { left: 1 }).title).toBe('answered cmd.stock.reserve { left: 1 }');
});
