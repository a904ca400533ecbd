import { createRunner, type Outcome, type RunnerOptions } from '@xorca/core';
import { expect, it, vi } from 'vitest';
import type { HandlerFixture, HandlerUnderTest, MakeHandler, Verdict } from './handler-case.ts';
import { handlerContract } from './handler-contract.ts';

// Waits for what is late are short here, since nothing will come. Before the contract is loaded, which keeps the timer it finds.
vi.hoisted(() => {
  const real = setTimeout;
  vi.stubGlobal('setTimeout', (run: () => void, ms: number) => real(run, Math.min(ms, 1)));
});

type Fault =
  | 'acceptsFailed'
  | 'acceptsRejected'
  | 'countsByOwnClock'
  | 'deadAtOnce'
  | 'dropsTheLate'
  | 'givesBackDuplicates'
  | 'givesBackUnknown'
  | 'goesOnAfterTheEnd'
  | 'ignoresOrder'
  | 'neverWakes'
  | 'newIds'
  | 'oneByOneAtOnce'
  | 'readsBatchAtOnce'
  | 'reportsRejectedBatch'
  | 'reverses'
  | 'stopsAtTheFirst'
  | 'swallowsAll'
  | 'throwsOnEmpty'
  | 'throwsOnTrouble'
  | 'wakesTooSoon';

const quiet: RunnerOptions = { report: () => {}, random: () => 0 };

// As plain as a handler can be, to break one thing at a time.
function handler({ orchestrator, platform }: HandlerFixture, fault?: Fault): HandlerUnderTest {
  const has = (one: Fault) => fault === one;
  const soon = { ...platform, clock: { now: () => platform.clock.now() + 1_000 } };
  const runner = createRunner(orchestrator, platform, quiet);
  const waker = has('wakesTooSoon') ? createRunner(orchestrator, soon, quiet) : runner;
  const verdictOf = ({ status, error }: Outcome): Verdict => {
    if (has('givesBackUnknown') && (status === 'unknown-process' || status === 'unhandled')) return 'retry';
    if (has('givesBackDuplicates') && status === 'duplicate') return 'retry';
    if (status === 'rejected') return has('acceptsRejected') ? 'accepted' : 'dead';
    if (status !== 'failed') return 'accepted';
    if (has('dropsTheLate') && error?.code === 'XORCA_DEADLINE') return 'accepted';
    if (has('ignoresOrder') && error?.code === 'XORCA_ORDER') return 'accepted';
    return has('acceptsFailed') ? 'accepted' : has('deadAtOnce') ? 'dead' : 'retry';
  };
  return {
    async deliver(bodies, { remainingMs } = {}) {
      if (has('throwsOnEmpty') && bodies.length === 0) throw new Error('no records');
      if (has('swallowsAll')) return bodies.map(() => 'accepted');
      const now = has('countsByOwnClock') ? Date.now() + 1e12 : platform.clock.now();
      const bounds =
        remainingMs === undefined || has('goesOnAfterTheEnd') ? {} : { deadlineAt: now + remainingMs };
      let events: readonly unknown[] = has('reverses') ? [...bodies].reverse() : bodies;
      if (has('readsBatchAtOnce')) {
        try {
          events = bodies.map((body) => JSON.parse(body));
        } catch {
          return bodies.map(() => 'retry');
        }
      }
      if (has('newIds'))
        events = bodies.map((body) => body.replace(/"id":"[^"]*"/, `"id":"${Math.random()}"`));
      const outcomes = has('oneByOneAtOnce')
        ? (await Promise.all(events.map((event) => runner.handle([event], bounds)))).flat()
        : await runner.handle(events, bounds);
      if (has('throwsOnTrouble') && outcomes.some(({ status }) => status === 'failed'))
        throw new Error('failed');
      if (has('reportsRejectedBatch') && outcomes.some(({ status }) => status === 'rejected')) {
        return bodies.map(() => 'retry');
      }
      const verdicts = outcomes.map(verdictOf);
      const first = verdicts.indexOf('retry');
      if (has('stopsAtTheFirst') && first >= 0)
        return verdicts.map((verdict, n) => (n > first ? 'retry' : verdict));
      return has('reverses') ? verdicts.reverse() : verdicts;
    },
    wake: async () => (has('neverWakes') ? undefined : waker.wake()),
  };
}

// Each fault, and the cases that must find it.
const FOUND_BY: Readonly<Record<Fault, readonly RegExp[]>> = {
  acceptsFailed: [
    /store is away/,
    /cannot be reached/,
    /bus is away/,
    /after an event that fails/,
    /stops in time/,
  ],
  acceptsRejected: [/whatever is wrong/, /by the dozen/, /breaks its contract/],
  countsByOwnClock: [/stops in time/],
  deadAtOnce: [/store is away/, /bus is away/],
  dropsTheLate: [/stops in time/],
  givesBackDuplicates: [/came before/],
  givesBackUnknown: [/nobody takes/],
  goesOnAfterTheEnd: [/stops in time/],
  ignoresOrder: [/after an event that fails/],
  neverWakes: [/is woken too/],
  newIds: [/came before/, /bus is away/],
  oneByOneAtOnce: [/after an event that fails/],
  readsBatchAtOnce: [/whatever is wrong/, /by the dozen/],
  reportsRejectedBatch: [/whatever is wrong/, /by the dozen/, /breaks its contract/],
  reverses: [/in their order/, /many processes/],
  stopsAtTheFirst: [/cannot be reached/, /after an event that fails/],
  swallowsAll: [/in their order/, /many processes/, /at the same time lose/, /nobody takes/],
  throwsOnEmpty: [/an empty one/],
  throwsOnTrouble: [/store is away/, /cannot be reached/, /bus is away/],
  wakesTooSoon: [/is woken too/],
};

for (const [fault, finders] of Object.entries(FOUND_BY)) {
  it(`the contract finds a handler that has the fault ${fault}`, async () => {
    for (const finder of finders) {
      const cases = handlerContract.filter(({ name }) => finder.test(name));
      expect(cases.length, String(finder)).toBeGreaterThan(0);
      for (const { name, run } of cases) {
        const outcome = await run((fixture) => handler(fixture, fault as Fault)).catch(
          (error: unknown) => error,
        );
        expect(outcome, name).toBeInstanceOf(Error);
      }
    }
  });
}

it('every case finds some fault', () => {
  const finders = Object.values(FOUND_BY).flat();
  for (const { name } of handlerContract)
    expect(
      finders.some((finder) => finder.test(name)),
      name,
    ).toBe(true);
});

// What triggers are by nature. Each gives back or takes as its kind can.
const TRIGGERS: Readonly<Record<string, MakeHandler>> = {
  'a queue with an answer for each element': (fixture) => handler(fixture),
  'a queue whose own rules put aside what it gave back too often': (fixture) => {
    const { deliver, wake } = handler(fixture);
    const givenBack = (verdict: Verdict) => (verdict === 'dead' ? 'retry' : verdict);
    return { deliver: async (...call) => (await deliver(...call)).map(givenBack), ...(wake ? { wake } : {}) };
  },
  'a trigger that takes or gives back whole batches': (fixture) => {
    const { deliver } = handler(fixture);
    return {
      fails: 'batch',
      async deliver(...call) {
        const verdicts = await deliver(...call);
        return verdicts.includes('retry') ? verdicts.map(() => 'retry') : verdicts;
      },
    };
  },
  'a trigger without order that delivers one at a time': (fixture) => {
    const { deliver } = handler(fixture);
    return {
      order: 'none',
      delivers: 'one',
      deliver: async (bodies, options) =>
        (await Promise.all(bodies.map((body) => deliver([body], options)))).flat(),
    };
  },
  'a trigger that lets nothing in but events, and tells no time': (fixture) => {
    const { deliver } = handler(fixture);
    return {
      carries: 'events',
      tellsTime: false,
      async deliver(bodies) {
        for (const body of bodies) expect(JSON.parse(body)).toMatchObject({ specversion: '1.0' });
        return deliver(bodies);
      },
    };
  },
};

for (const [trigger, make] of Object.entries(TRIGGERS)) {
  for (const { name, run } of handlerContract) it(`${trigger}: ${name}`, () => run(make));
}

it('a trigger that fails whole batches and does so for a bad element is found', async () => {
  for (const { name, run } of handlerContract) {
    if (!/whatever is wrong|breaks its contract/.test(name)) continue;
    const outcome = run((fixture) => ({ ...handler(fixture, 'reportsRejectedBatch'), fails: 'batch' }));
    await expect(outcome, name).rejects.toThrow();
  }
});

it('a trigger that fails whole batches and gives back a part is found', async () => {
  const found = handlerContract.find(({ name }) => /cannot be reached/.test(name));
  await expect(found?.run((fixture) => ({ ...handler(fixture), fails: 'batch' }))).rejects.toThrow(
    'as a whole',
  );
});
