import { AssertionError } from 'node:assert';
import {
  createOrchestrator,
  createRunner,
  isXorcaError,
  type Journal,
  memoryJournal,
  memoryPublisher,
  memoryStore,
  type Orchestrator,
} from '@xorca/core';
import { describe, expect, it } from 'vitest';
import { assign, fromPromise, setup } from 'xstate';
import {
  orderPlaced,
  reserveStock,
  sendParcel,
  takePayment,
} from '../../../../examples/order-saga/src/contracts.ts';
import { orders } from '../../../../examples/order-saga/src/orchestrator.ts';
import { given, type PathCoverage, pathCoverage } from '../../src/index.ts';
import { devices, house, measure, paint, painters } from './machines.ts';

const small = { item: 'organ', quantity: 1, amount: 900, card: '4242', city: 'Wien' };

describe('what counts as reached', () => {
  it('is each state that was entered, each transition that was taken, each thing that became of a command', async () => {
    const coverage = pathCoverage(orders);
    await given(coverage.orchestrator)
      .startedBy(orderPlaced, small)
      .answered(reserveStock, { left: 3 })
      .advance('2m')
      .failed(takePayment, { reason: 'stolen' });
    expect(counts(coverage)).toEqual({
      Reserving: 1,
      Paying: 1,
      Refunding: 1,
      'Reserving: done reserveStock [2 of 2, otherwise] → Paying': 1,
      'Paying: error takePayment [1 of 2, if its guard says so] → Refunding': 1,
      'cmd.stock.reserve asked': 1,
      'cmd.stock.reserve answered': 1,
      'cmd.payment.take asked': 1,
      'cmd.payment.take timed out': 1,
      'cmd.payment.take failed': 1,
      'cmd.payment.refund asked': 1,
    });
    const [taken] = coverage
      .report({ walk: false })
      .byCommand.filter(({ command }) => command === 'cmd.payment.take');
    expect(taken).toMatchObject({ asked: 1, 'asked again': 1, 'timed out': 1, failed: 1, answered: 0 });
  });

  it('is the very branch that was taken, where guards choose among several', async () => {
    const coverage = pathCoverage(devices);
    const on = given(coverage.orchestrator).startedBy('evt.devices.on', { delay: 5, eager: true });
    await on.event('evt.level.set', { level: 'mid' });
    await on.event('evt.level.set', { level: 'low' }).event('evt.level.set', { level: 'low' });
    const branches = coverage
      .report({ walk: false })
      .items.flatMap((item) =>
        item.kind === 'transition' && item.event === 'evt.level.set' ? [item.count] : [],
      );
    expect(branches).toEqual([0, 1, 2]);
  });

  it('is also a state that is passed through, from the first step of a machine on', async () => {
    const coverage = pathCoverage(devices);
    await given(coverage.orchestrator).startedBy('evt.devices.on', { delay: 5, eager: true }).advance(5);
    expect(counts(coverage)).toMatchObject({
      Waking: 1,
      'Waking.Yawning': 1,
      'Waking: always [1 of 2, isEager] → Running': 1,
      'Running.Lamp.Passing': 1,
      'Running.Lamp.Dark: after chosen → Running.Lamp.Passing': 1,
      'Running.Lamp.Passing: always → Running.Lamp.Lit': 1,
      'Running.Heater.Cold: lamp.lit (stays)': 1,
    });
  });

  it('counts a state as often as it is entered: a re-entry, a history, but not what was merely kept', async () => {
    const coverage = pathCoverage(devices);
    await given(coverage.orchestrator)
      .startedBy('evt.devices.on', { delay: 5, eager: true })
      .advance(5)
      .event('evt.lamp.again')
      .event('evt.level.set', { level: 'high' })
      .event('evt.power.lost')
      .event('evt.whatever.else')
      .event('evt.power.back');
    expect(counts(coverage)).toMatchObject({
      Running: 2,
      'Running.Lamp': 2,
      'Running.Lamp.Dark': 1,
      'Running.Lamp.Lit': 3,
      'Running.Lamp.Lit: evt.lamp.again → Running.Lamp.Lit': 1,
      'Running.Heater.Cold': 1,
      'Running.Heater.Hot': 2,
      Dark: 1,
      'Dark: * (stays)': 1,
      'Dark: evt.power.back → Running.Back': 1,
    });
  });

  it('is found in machines three deep and in the items of a list', async () => {
    const walked = pathCoverage(house);
    await given(walked.orchestrator)
      .started({})
      .failed(measure, { reason: 'locked' })
      .answered(measure, { size: 4 });
    expect(counts(walked)).toMatchObject({
      'floor/room ▸ Measuring': 2,
      'floor/room ▸ Measuring: error measuring → Unknown': 1,
      'floor/room ▸ Measuring: done measuring → Measured': 1,
      'floor ▸ Second: done room → Seen': 1,
      'Walking: done ground → Walked': 1,
      'cmd.room.measure asked': 2,
    });
    const painted = pathCoverage(painters);
    await given(painted.orchestrator)
      .started({})
      .answered(paint, { colour: 'red' })
      .failed(paint, {})
      .advance('1h');
    expect(counts(painted)).toMatchObject({
      'paintAll ▸ running: done (any actor) (stays)': 1,
      'paintAll ▸ running: error (any actor) (stays)': 2,
      'paintAll ▸ (any state): always → done': 1,
      'foreman ▸ Looking: after 1s → Bored': 1,
      'cmd.wall.paint timed out': 1,
    });
  });

  it('is a failure that no onError takes and that ends the process', async () => {
    const coverage = pathCoverage(orders);
    const paid = given(coverage.orchestrator)
      .startedBy(orderPlaced, small)
      .answered(reserveStock, { left: 3 })
      .answered(takePayment, { receipt: 'r' });
    await paid.failed(sendParcel, { reason: 'strike' }).advance('300d').then({ status: 'error' });
    expect(counts(coverage)['cmd.payment.refund timed out']).toBe(50);
  });

  it('is not what no state takes, nor a duplicate, nor a step that threw', async () => {
    let isBroken = true;
    const fragile = createOrchestrator({
      name: 'fragile',
      machines: {
        '1.0.0': setup({}).createMachine({
          initial: 'Whole',
          states: {
            Whole: {
              on: {
                'evt.go': {
                  target: 'Gone',
                  actions: () => {
                    if (isBroken) throw new Error('broken');
                  },
                },
                'evt.stay': { actions: assign({}) },
              },
            },
            Gone: {},
          },
        }),
      },
    });
    const coverage = pathCoverage(fragile);
    const started = given(coverage.orchestrator).started({}).event('evt.stay');
    await started.when({ type: 'evt.go' }).then({ outcome: 'failed' });
    await started.again().when({ type: 'evt.nothing' }).then({ outcome: 'unhandled' });
    expect(counts(coverage)).toEqual({ Whole: 2, 'Whole: evt.stay (stays)': 2 });
    isBroken = false;
    await started.event('evt.go').then('Gone');
    expect(counts(coverage)).toMatchObject({ Gone: 1, 'Whole: evt.go → Gone': 1 });
  });

  it('counts what went well of a batch of which another event throws, and not that one', async () => {
    const halting = createOrchestrator({
      name: 'halting',
      machines: {
        '1.0.0': setup({}).createMachine({
          initial: 'Here',
          states: {
            Here: { on: { 'evt.go': 'Between' } },
            Between: { on: { 'evt.go': 'There' } },
            There: {
              on: {
                'evt.go': {
                  target: 'Nowhere',
                  actions: () => {
                    throw new Error('no way on');
                  },
                },
              },
            },
            Nowhere: {},
          },
        }),
      },
    });
    const coverage = pathCoverage(halting);
    const runner = createRunner(coverage.orchestrator, platform(), { report: () => {} });
    await runner.start({ id: 'halting-1', input: {} });
    const event = { specversion: '1.0', source: '/test', subject: 'halting-1', type: 'evt.go' };
    const outcomes = await runner.handle(['1', '2', '3'].map((id) => ({ ...event, id })));
    expect(outcomes.map(({ status }) => status)).toEqual(['applied', 'applied', 'failed']);
    // The last good step was taken once more, to go on from there.
    expect(counts(coverage)).toEqual({
      Here: 1,
      Between: 1,
      There: 2,
      'Here: evt.go → Between': 1,
      'Between: evt.go → There': 2,
    });
  });

  it('is what promises bring', async () => {
    const calling = createOrchestrator({
      name: 'calling',
      machines: {
        '1.0.0': setup({ actors: { call: fromPromise(async () => 1) } }).createMachine({
          initial: 'Calling',
          states: { Calling: { invoke: { id: 'call', src: 'call', onDone: 'Called' } }, Called: {} },
        }),
      },
    });
    const coverage = pathCoverage(calling);
    await given(coverage.orchestrator).started({}).then('Called');
    expect(counts(coverage)).toEqual({ Calling: 1, Called: 1, 'Calling: done call → Called': 1 });
  });

  it('is a command that is called off because its state was left', async () => {
    const coverage = pathCoverage(painters);
    await given(coverage.orchestrator).started({}).event('evt.paint.stop');
    expect(coverage.report({ walk: false }).byCommand).toMatchObject([{ asked: 2, 'called off': 2 }]);
  });
});

describe('whose steps count', () => {
  it('only those of its orchestrator and version; others are run as they are', async () => {
    const two = createOrchestrator({
      name: 'two',
      machines: {
        '1.0.0': setup({}).createMachine({ initial: 'Old', states: { Old: {} } }),
        '2.0.0': setup({}).createMachine({ initial: 'New', states: { New: {} } }),
      },
    });
    const coverage = pathCoverage(two);
    const old = pathCoverage(two, { version: '1.0.0' });
    expect(coverage.watch(orders)).toBe(orders);
    const both = old.watch(coverage.orchestrator);
    await given(both).started({}, { version: '1.0.0' });
    expect([counts(coverage), counts(old)]).toEqual([{}, { Old: 1 }]);
    await given(both).started({}).then('New');
    expect([counts(coverage), counts(old)]).toEqual([{ New: 1 }, { Old: 1 }]);
  });

  it('handed in twice they count once', async () => {
    const coverage = pathCoverage(orders);
    await given(coverage.watch(coverage.orchestrator)).startedBy(orderPlaced, small);
    expect(counts(coverage)['Reserving']).toBe(1);
  });
});

describe('a journal that is added', () => {
  it('gives the same counts as having watched', async () => {
    const watched = pathCoverage(house);
    const journal = memoryJournal();
    await walkHouse(watched.orchestrator, journal, 'house-1');
    await walkHouse(watched.orchestrator, journal, 'house-2');
    const added = pathCoverage(house);
    expect(await added.add(journal)).toEqual({ added: 2, left: [] });
    expect(counts(added)).toEqual(counts(watched));
    const one = pathCoverage(house);
    await one.add(journal, { ids: ['house-2'] });
    expect(counts(one)['Walked']).toBe(1);
  });

  it('leaves out, and names, what cannot be led through its history again', async () => {
    const journal = memoryJournal();
    await walkHouse(house, journal, 'house-1');
    const holed: Pick<Journal, 'read' | 'processes'> = {
      processes: () => journal.processes(),
      async *read(id, from) {
        for await (const entry of journal.read(id, from)) if (entry.input.kind !== 'start') yield entry;
      },
    };
    const coverage = pathCoverage(house);
    expect(await coverage.add(holed)).toEqual({
      added: 0,
      left: [{ id: 'house-1', reason: expect.stringContaining('first steps') }],
    });
    expect(counts(coverage)).toEqual({});
  });

  it('of other orchestrators and versions is passed over', async () => {
    const journal = memoryJournal();
    await walkHouse(house, journal, 'house-1');
    expect(await pathCoverage(orders).add(journal)).toEqual({ added: 0, left: [] });
    const two = createOrchestrator({
      name: 'two',
      machines: {
        '1.0.0': setup({}).createMachine({ initial: 'Old', states: { Old: {} } }),
        '2.0.0': setup({}).createMachine({ initial: 'New', states: { New: {} } }),
      },
    });
    const runner = createRunner(two, { ...platform(), journal });
    await runner.start({ id: 'old-1', version: '1.0.0' });
    await runner.start({ id: 'new-1' });
    for (const version of two.versions) {
      const coverage = pathCoverage(two, { version });
      expect(await coverage.add(journal)).toEqual({ added: 1, left: [] });
      expect(counts(coverage)).toEqual(version === '1.0.0' ? { Old: 1 } : { New: 1 });
    }
  });
});

describe('what a coverage asks for', () => {
  it('fails with the shares, and with the ways to what is missing', async () => {
    const coverage = pathCoverage(house);
    await given(coverage.orchestrator)
      .started({})
      .answered(measure, { size: 1 })
      .answered(measure, { size: 1 });
    const error = caught(() => coverage.assert({ states: 1, transitions: 0.5 }));
    expect(error).toBeInstanceOf(AssertionError);
    expect(String(error)).toContain('Too few paths were taken: states 77 % (7 of 9) instead of 100 %.');
    expect(String(error)).not.toContain('transitions 57 %');
    expect(String(error)).toMatch(/1\. started · 1m pass → Walking\n(.+\n)* +- state floor\/room ▸ Unknown/);
    expect(String(error)).toMatch(/no way was found\n {2}state Stuck\n +- no path found with the data given/);
    coverage.assert({ states: 0.77, transitions: 0.5 });
    expect(() => coverage.assert()).toThrow(AssertionError);
  });

  it('passes once everything was reached, without a walk', async () => {
    const one = createOrchestrator({
      name: 'one',
      machines: { '1.0.0': setup({}).createMachine({ initial: 'Only', states: { Only: {} } }) },
    });
    const coverage = pathCoverage(one);
    expect(() => coverage.assert()).toThrow('states 0 % (0 of 1)');
    await given(coverage.orchestrator).started({});
    coverage.assert();
    expect(coverage.report().walk).toBeUndefined();
    expect(coverage.text()).toBe(
      [
        'Paths of one 1.0.0',
        '  states       1 of 1       100 %',
        '  transitions  0 of 0',
        '  commands     0 of 0',
      ].join('\n'),
    );
  });

  it('a demand that asks for nothing, or for what is no share, is refused', () => {
    const coverage = pathCoverage(orders);
    for (const wrong of [{}, { states: 90 }, { transitions: -1 }, { states: Number.NaN }, { state: 1 }]) {
      expect(caught(() => coverage.assert(wrong))).toSatisfy((error) => isXorcaError(error, 'XORCA_CONFIG'));
    }
  });

  it('why no way was found is said as far as a walk can tell', () => {
    const reasons = Object.fromEntries(
      pathCoverage(orders)
        .report()
        .unreached.flatMap(({ name, reason }) => (reason ? [[name, reason]] : [])),
    );
    expect(reasons).toEqual({
      Approving: 'no path found with the data given',
      'Reserving: done reserveStock [1 of 2, isLarge] → Approving':
        'its guard held for none of the data given',
      'Approving: evt.approval.given → Paying': 'no path to Approving found with the data given',
      'Approving: after approvalTime → Releasing': 'no path to Approving found with the data given',
    });
    const refused = pathCoverage(house, { answers: { 'cmd.room.measure': { success: [{ size: 'big' }] } } });
    const [answered] = refused.report().unreached.filter(({ name }) => name === 'cmd.room.measure answered');
    expect(answered?.reason).toMatch(/^the data given for it is refused \(data.size: /);
  });

  it('how often everything was reached is shown on demand', async () => {
    const coverage = pathCoverage(house);
    await given(coverage.orchestrator).started({}).answered(measure, { size: 1 });
    const text = coverage.text({ details: true });
    expect(text).toContain('  2 × state floor/room ▸ Measuring\n');
    expect(text).toContain('  cmd.room.measure: asked 2 ×, answered 1 ×\n');
  });
});

async function walkHouse(orchestrator: Orchestrator, journal: Journal, id: string): Promise<void> {
  const { publisher, ...rest } = platform();
  const runner = createRunner(orchestrator, { ...rest, publisher, journal });
  await runner.start({ id, input: {} });
  for (const size of [1, 2]) {
    const asked = publisher.published
      .filter(({ subject, type }) => subject === id && type === measure.type)
      .at(-1);
    const answer = {
      specversion: '1.0',
      id: `${id}-${size}`,
      source: '/surveyor',
      subject: id,
      type: measure.success,
    };
    await runner.handle([{ ...answer, data: { size }, causationid: asked?.id }]);
  }
}

function platform() {
  return { store: memoryStore(), publisher: memoryPublisher(), clock: { now: () => 1_767_225_600_000 } };
}

/** What was reached, by name; the rest is left out. */
function counts(coverage: PathCoverage): Record<string, number> {
  const { items } = coverage.report({ walk: false });
  return Object.fromEntries(items.flatMap(({ name, count }) => (count > 0 ? [[name, count]] : [])));
}

function caught(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
