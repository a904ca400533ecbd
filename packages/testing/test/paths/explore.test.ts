import {
  createOrchestrator,
  defineCommand,
  defineEvent,
  fromCommand,
  fromEach,
  isXorcaError,
  type Orchestrator,
} from '@xorca/core';
import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, assign, fromPromise, setup } from 'xstate';
import { z } from 'zod';
import { bookMachine } from '../../../../examples/fan-out/src/machine.ts';
import { literatureSummary } from '../../../../examples/literature-summary/src/orchestrator.ts';
import { plainLiteratureSummary } from '../../../../examples/literature-summary/src/plain-style/orchestrator.ts';
import { orders } from '../../../../examples/order-saga/src/orchestrator.ts';
import { type Exploration, type ExploreOptions, explore, pathCoverage } from '../../src/index.ts';
import { devices, house, painters } from './machines.ts';
import { playPath } from './play-path.ts';

const small = { item: 'organ', quantity: 1, amount: 900, card: '4242', city: 'Wien' };
const large = { ...small, amount: 900_000 };
// Answers in the plain style are events without contracts.
const plainAnswers = {
  'evt.regulations.grounded.success': [{ grounded: true }, { grounded: false }],
  'evt.regulations.compliant.success': [{ compliant: true }, { compliant: false }],
};
const fanOut = createOrchestrator({ name: 'books', machines: { '1.0.0': bookMachine } });

describe('the paths that a walk finds', () => {
  const all: ReadonlyArray<readonly [Orchestrator, ExploreOptions, readonly string[]]> = [
    [orders, { inputs: [small, large] }, []],
    [literatureSummary, {}, []],
    [plainLiteratureSummary, { events: plainAnswers }, []],
    [fanOut, { inputs: [{ bookId: 'opticks' }] }, []],
    [house, {}, ['Stuck', 'Walking: error ground → Stuck']],
    [devices, {}, []],
    [painters, {}, []],
  ];
  for (const [orchestrator, options, unreachable] of all) {
    it(`lead the real runner of ${orchestrator.name} to just what they name`, async () => {
      const walk = explore(orchestrator, options);
      expect(walk.isCut).toBe(false);
      expect(walk.faults).toEqual([]);
      expect(walk.refused).toEqual([]);
      const without = walk.items.filter(({ id }) => !walk.path(id));
      expect(without.map(({ name }) => name)).toEqual(unreachable);
      for (const { id, name } of walk.items) {
        const path = walk.path(id);
        if (!path) continue;
        const coverage = pathCoverage(orchestrator, options);
        await playPath(coverage.orchestrator, path);
        const reached = coverage
          .report({ walk: false })
          .items.filter(({ count }) => count > 0)
          .map((item) => item.id);
        expect(reached, name).toContain(id);
        expect(
          new Set(path.reached.filter((each) => walk.items.some((item) => item.id === each))),
          name,
        ).toEqual(new Set(reached));
      }
    });
  }

  it('are the shortest ones', () => {
    const walk = explore(orders, { inputs: [small, large] });
    expect(movesTo(walk, 'CalledOff')).toEqual(['start', 'answer']);
    expect(movesTo(walk, 'Refunding')).toEqual(['start', 'answer', 'answer', 'answer']);
  });

  it('pass each branch of a guard that the data given opens, and no other', () => {
    const one = explore(devices, { events: { 'evt.level.set': [{ level: 'mid' }] } });
    expect(movesTo(one, 'Running.Heater.Warm')).toBeDefined();
    expect(movesTo(one, 'Running.Heater.Hot')).toBeUndefined();
    const none = explore(devices, { events: { 'evt.level.set': [] } });
    expect(movesTo(none, 'Running.Heater.Warm')).toBeUndefined();
  });

  it('lead through answers that are given, and not through those that never come', () => {
    const walk = explore(house, { answers: { 'cmd.room.measure': { success: [{ size: 3 }], error: [] } } });
    expect(walk.path('command cmd.room.measure failed')).toBeUndefined();
    expect(walk.path('state floor/room: Measured')?.moves[1]).toMatchObject({ ok: true, data: { size: 3 } });
  });

  it('name the actor only where several wait for the same', () => {
    const [end] = explore(painters).ends.filter(({ value }) => value === 'Painted');
    const answers = end?.moves.filter((move) => move.type === 'answer') ?? [];
    expect(answers.map((move) => move.actor !== undefined)).toEqual([true, true, false]);
  });

  it('end where nothing leads on, once for each state', () => {
    const walk = explore(orders, { inputs: [small, large] });
    expect(walk.ends.map(({ status, value }) => `${status} ${String(value)}`).sort()).toEqual([
      'done CalledOff',
      'done Shipped',
      'error Refunding',
      'error Releasing',
    ]);
  });
});

const counting = createOrchestrator({
  name: 'counting',
  machines: {
    '1.0.0': setup({
      types: { context: {} as { count: number } },
      guards: { thrice: ({ context }) => context.count === 2 },
    }).createMachine({
      context: { count: 0 },
      initial: 'Knocking',
      states: {
        Knocking: {
          on: {
            'evt.knock': [
              { guard: 'thrice', target: 'Open' },
              { actions: assign({ count: ({ context }) => context.count + 1 }) },
            ],
            'evt.wait': { actions: assign({ count: ({ context }) => context.count + 10 }) },
          },
        },
        Open: { type: 'final' },
      },
    }),
  },
});

describe('how far a walk goes', () => {
  it('a guard that remembers is seen, since the context tells states apart', () => {
    const walk = explore(counting, { limit: 50 });
    expect(movesTo(walk, 'Open')).toEqual(['start', 'event', 'event', 'event']);
  });

  it('a context that never repeats is cut at the limit, and the walk says so', () => {
    const walk = explore(counting, { limit: 50 });
    expect(walk).toMatchObject({ isCut: true, states: 50 });
    expect(pathCoverage(counting, { limit: 2 }).text()).toMatch(/The walk was cut after 2 states/);
    expect(pathCoverage(counting, { limit: 2 }).text()).toMatch(
      /state Open\n +- no path found within 2 states/,
    );
  });

  it('no more states are gone on from than the limit says', () => {
    expect(explore(counting, { limit: 1 }).path('transition Knocking evt.wait 1')).toBeUndefined();
    expect(explore(counting, { limit: 2 }).path('transition Knocking evt.wait 1')).toBeDefined();
  });

  it('what is ignored of the context does not tell states apart', () => {
    const ignoring = explore(counting, { context: 'ignore' });
    expect(ignoring).toMatchObject({ isCut: false, states: 2 });
    expect(movesTo(ignoring, 'Open')).toBeUndefined();
    const choosing = explore(counting, { context: ({ count }: { count: number }) => Math.min(count, 3) });
    expect(choosing.isCut).toBe(false);
    expect(movesTo(choosing, 'Open')).toHaveLength(4);
  });
});

describe('what tells states apart', () => {
  it('is the order of what is due, and not how its delays were begun', () => {
    const bell = (type: string, ms: number) => ({
      initial: 'Idle',
      states: { Idle: { on: { [type]: 'Armed' } }, Armed: { after: { [ms]: 'Rung' } }, Rung: {} },
    });
    const bells = machineOf(
      setup({}).createMachine({
        type: 'parallel',
        states: { First: bell('evt.first', 1_000), Second: bell('evt.second', 1_000) },
      }),
    );
    // Idle, one armed, both armed, one rung with the other idle or armed, both rung: and what has not begun.
    expect(explore(bells).states).toBe(10);
  });

  it('is what a history remembers', () => {
    const remembering = machineOf(
      setup({
        types: { context: {} as { wasOff: boolean } },
        guards: { isFirst: ({ context }) => !context.wasOff, isSecond: ({ context }) => context.wasOff },
      }).createMachine({
        context: { wasOff: false },
        initial: 'On',
        states: {
          On: {
            initial: 'Low',
            states: {
              Low: { on: { 'evt.up': { guard: 'isFirst', target: 'High' } } },
              High: { on: { 'evt.look': { guard: 'isSecond', target: 'Remembered' } } },
              Remembered: {},
              Last: { type: 'history' },
            },
            on: { 'evt.off': 'Off' },
          },
          Off: { on: { 'evt.back': { target: 'On.Last', actions: assign({ wasOff: true }) } } },
        },
      }),
    );
    expect(explore(remembering).path('state On.Remembered')?.moves).toHaveLength(5);
  });

  it('is not which item of a list has answered, nor is a process deleted on a walk', () => {
    const check = defineCommand('cmd.item.check', { input: z.object({}), output: z.object({}) });
    const list = createOrchestrator({
      name: 'list',
      retention: { done: '30d' },
      machines: {
        '1.0.0': setup({ actors: { all: fromEach(fromCommand(check)) } }).createMachine({
          initial: 'Checking',
          states: {
            Checking: { invoke: { src: 'all', input: [{}, {}, {}, {}, {}, {}], onDone: 'Checked' } },
            Checked: { type: 'final' },
          },
        }),
      },
    });
    const walk = explore(list, { answers: { 'cmd.item.check': { error: [] } } });
    expect(walk.states).toBe(8);
    expect(walk.ends.map(({ status, moves }) => [status, moves.length])).toEqual([['done', 7]]);
  });

  it('is at which attempt a command is, so that a walk comes to the last one', () => {
    const ask = defineCommand('cmd.twice', { input: z.object({}), output: z.object({}) });
    const insisting = machineOf(
      setup({ actors: { ask: fromCommand(ask, { retry: { attempts: 2 } }) } }).createMachine({
        initial: 'Asking',
        states: {
          Asking: { invoke: { src: 'ask', input: {}, onDone: 'Told', onError: 'Refused' } },
          Told: {},
          Refused: {},
        },
      }),
    );
    expect(movesTo(explore(insisting), 'Refused')).toEqual(['start', 'answer', 'time', 'answer']);
  });
});

describe('what a walk says beside paths', () => {
  it('a machine that throws is told with the way there, and the walk goes on elsewhere', () => {
    const throwing = createOrchestrator({
      name: 'throwing',
      machines: {
        '1.0.0': setup({}).createMachine({
          initial: 'Fine',
          states: {
            Fine: {
              on: {
                'evt.break': {
                  target: 'Broken',
                  actions: () => {
                    throw new Error('the handle came off');
                  },
                },
                'evt.go': 'Further',
              },
              after: {
                1000: {
                  target: 'Broken',
                  actions: () => {
                    throw new Error('the clock stopped');
                  },
                },
              },
            },
            Broken: {},
            Further: {},
          },
        }),
      },
    });
    const walk = explore(throwing);
    expect(walk.faults.map(({ message }) => message)).toEqual([
      expect.stringContaining('the handle came off'),
      expect.stringContaining('the clock stopped'),
    ]);
    expect(walk.faults[0]?.path.moves.at(-1)).toMatchObject({ event: 'evt.break' });
    expect(movesTo(walk, 'Broken')).toBeUndefined();
    expect(movesTo(walk, 'Further')).toBeDefined();
    expect(pathCoverage(throwing).text()).toContain('The machine throws on the way started · evt.break');
  });

  it('data that its contract refuses is told, given or made up', () => {
    const strict = createOrchestrator({
      name: 'strict',
      startOn: defineEvent('evt.order.placed', { data: z.object({ code: z.string().regex(/^AB\d$/) }) }),
      machines: { '1.0.0': setup({}).createMachine({}) },
    });
    expect(explore(strict).refused).toEqual([
      { of: 'inputs', data: { code: 'text' }, fault: expect.stringContaining('data.code'), given: false },
    ]);
    const given = explore(strict, { inputs: [{ code: 'AB1' }, { code: 7 }] });
    expect(given.refused).toMatchObject([{ of: 'inputs', data: { code: 7 }, given: true }]);
    expect(given.states).toBeGreaterThan(1);
  });

  it('what a contract makes of the data is what the machine gets', () => {
    const filling = createOrchestrator({
      name: 'filling',
      startOn: defineEvent('evt.fill', { data: z.object({ level: z.number().default(7) }) }),
      machines: {
        '1.0.0': setup({
          types: { context: {} as { level: number }, input: {} as { level: number } },
        }).createMachine({
          context: ({ input }) => input,
          initial: 'Empty',
          states: {
            Empty: { always: { guard: ({ context }) => context.level === 7, target: 'Full' } },
            Full: {},
          },
        }),
      },
    });
    expect(movesTo(explore(filling, { inputs: [{}] }), 'Full')).toEqual(['start']);
  });

  it('without a schema that says its shape, the data is an empty object', () => {
    const walk = explore(counting, { limit: 5 });
    expect(walk.path('transition Knocking evt.wait 1')?.moves).toEqual([
      { type: 'start', data: {} },
      { type: 'event', event: 'evt.wait', data: {} },
    ]);
  });
});

describe('what no walk can do', () => {
  it('names that the orchestrator does not know are refused with the nearest', () => {
    expect(() => explore(orders, { answers: { 'cmd.stock.reserv': {} } })).toThrow(
      /Did you mean "cmd.stock.reserve"/,
    );
    expect(() => explore(orders, { events: { 'evt.aproval.given': [] } })).toThrow(
      /Did you mean "evt.approval.given"/,
    );
    expect(() => explore(orders, { answers: { 'cmd.stock.reserve': { sucess: [] } as never } })).toThrow(
      /success/,
    );
    expect(() => explore(orders, { input: [] } as never)).toThrow(/Did you mean "inputs"/);
    expect(caught(() => explore(orders, { limit: 0 }))).toSatisfy((error) =>
      isXorcaError(error, 'XORCA_CONFIG'),
    );
    expect(() => explore(orders, { version: '1.0.1' })).toThrow(/Did you mean "1.0.0"/);
  });

  it('a machine with promises is refused, and its coverage still counts', () => {
    const promising = createOrchestrator({
      name: 'promising',
      machines: {
        '1.0.0': setup({ actors: { call: fromPromise(async () => 1) } }).createMachine({
          initial: 'Calling',
          states: { Calling: { invoke: { src: 'call', onDone: 'Called' } }, Called: {} },
        }),
      },
    });
    expect(() => explore(promising)).toThrow(/promising 1.0.0 has promise actors/);
    expect(pathCoverage(promising).text()).toContain('not looked for: the machine has promise actors');
  });

  it('an asynchronous schema is refused', () => {
    const slow = createOrchestrator({
      name: 'slow',
      startOn: defineEvent('evt.slow', { data: z.object({}).refine(async () => true) }),
      machines: { '1.0.0': setup({}).createMachine({}) },
    });
    expect(() => explore(slow)).toThrow(/asynchronous/);
  });
});

function machineOf(machine: AnyStateMachine): Orchestrator {
  return createOrchestrator({ name: 'walked', machines: { '1.0.0': machine } });
}

function movesTo(walk: Exploration, state: string): string[] | undefined {
  return walk.path(`state ${state}`)?.moves.map(({ type }) => type);
}

function caught(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
