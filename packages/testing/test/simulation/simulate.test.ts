import {
  createFleet,
  createOrchestrator,
  defineEvent,
  fromCommand,
  memoryStore,
  onCommand,
  type ProcessRecord,
  type ProcessStore,
} from '@xorca/core';
import { expect, test } from 'vitest';
import { setup } from 'xstate';
import { z } from 'zod';
import { pathCoverage, type SimulateOptions, type SimulationFailure, simulate } from '../../src/index.ts';
import { careful, ordered, pack, packers, shop } from './shop.ts';

/** How a simulation fails. */
async function failureOf(
  orchestrator: ReturnType<typeof shop>,
  options: SimulateOptions,
): Promise<SimulationFailure> {
  const failure = await simulate(orchestrator, packers, { events: ordered, ...options }).then(
    (report) => report,
    (error: SimulationFailure) => error,
  );
  if (!(failure instanceof Error)) throw new Error(`it passed: ${JSON.stringify(failure)}`);
  return failure;
}

/** A world without what a second run does not share: real time. */
async function report(options: SimulateOptions) {
  const { stepsPerSecond, ...rest } = await simulate(careful, packers, { events: ordered, ...options });
  expect(stepsPerSecond).toBeGreaterThan(0);
  return rest;
}

test('an event that may come too early is found, with what to do about it; kept, it does no harm', async () => {
  const { violations, message } = await failureOf(shop(), { seeds: 50 });
  expect(violations[0]).toMatchObject({ invariant: 'no stuck process' });
  expect(message).toContain('it stays in "Paying" for ever');
  expect(message).toContain('No state took evt.paid when it came. Give it a timeout, a `buffer`');
  expect(await report({ seeds: 50 })).toMatchObject({ worlds: 50, processes: { done: 150, active: 0 } });
});

test('an event that overtakes the one that starts its process is lost, unless it may start it', async () => {
  const atOnce = () => [{ type: 'evt.ordered' }, { type: 'evt.paid' }];
  const options = { seeds: 20, events: atOnce, faults: { overtake: 0.5 } };
  const { message } = await failureOf(careful, options);
  expect(message).toMatch(/Note over p\d: 1@.* is unknown-process/);
  const either = shop({ buffer: { 'evt.paid': '30d' }, startOrSignal: ['evt.paid'] });
  expect(await simulate(either, packers, options)).toMatchObject({ processes: { done: 60 } });
});

test('what it prints lives through the same world again, and so does the seed', async () => {
  const { seed, replay, violations, message } = await failureOf(shop(), { seeds: 50 });
  expect(message).toContain(`replay: { seed: ${replay.seed}, faults: ${JSON.stringify(replay.faults)}`);
  const again = await failureOf(shop(), { replay, shrink: false });
  expect(again.violations).toEqual(violations);
  const whole = await failureOf(shop(), { firstSeed: seed, seeds: 1, shrink: false });
  expect(whole.violations[0]?.invariant).toBe('no stuck process');
  expect(whole.replay.faults?.length).toBeGreaterThan(replay.faults?.length ?? 0);
});

test('a trace is shrunk to the few faults that it takes', async () => {
  const { replay, message } = await failureOf(shop(), { seeds: 50 });
  expect(replay.faults?.length).toBeLessThan(4);
  expect(message.split('\n').length).toBeLessThan(60);
});

test('a machine may end in an error: that is its own to decide', async () => {
  const strict = setup({ actors: { pack: fromCommand(pack, { timeout: '1h' }) } }).createMachine({
    initial: 'Packing',
    states: { Packing: { invoke: { src: 'pack', input: {}, onDone: 'Done' } }, Done: { type: 'final' } },
  });
  const orchestrator = createOrchestrator({
    name: 'strict',
    machines: { '1': strict },
    startOn: 'evt.ordered',
  });
  const { processes } = await simulate(orchestrator, packers, { faults: { silent: 0.3 } });
  expect(processes.error).toBeGreaterThan(50);
  expect(processes.error + processes.done).toBe(300);
});

test('what a handler throws is told', async () => {
  const broken = createFleet({
    source: '/packers',
    handlers: [
      onCommand(pack, async () => {
        throw new TypeError('no box is left');
      }),
    ],
  });
  const failure = await simulate(careful, broken, { events: ordered, seeds: 1, shrink: false }).catch(
    (error: Error) => error.message,
  );
  expect(failure).toMatch(/never comes to rest; still on their way: cmd.pack .*no box is left/);
});

test('the share that is cancelled is cancelled soon', async () => {
  const { processes } = await report({ seeds: 20, cancel: 1 });
  expect(processes.cancelled).toBeGreaterThan(45);
});

test('what a later form of an orchestrator wants is kept for it', async () => {
  const later = shop({ buffer: { 'evt.paid': '30d' }, startOrSignal: ['shop.opened'] });
  const events = () => [...ordered(), { type: 'shop.opened', after: '2h' as const }];
  expect(await report({ seeds: 5, events, deploys: [later] })).toMatchObject({ processes: { done: 15 } });
  await expect(simulate(careful, packers, { events })).rejects.toMatchObject({
    code: 'XORCA_CONFIG',
    message: expect.stringContaining('events of simulate sends shop.opened, which nobody gets'),
  });
});

test('an event for another subject waits for that one', async () => {
  const { processes } = await report({
    seeds: 5,
    events: ({ id }) => ordered().map((event) => ({ ...event, subject: `${id}-x` })),
  });
  expect(processes.done).toBe(15);
});

test('one seed is one world, event for event', async () => {
  const options = { seeds: 20, firstSeed: 7 };
  expect(await report(options)).toEqual(await report(options));
  expect(await report({ ...options, firstSeed: 8 })).not.toEqual(await report(options));
});

test('without faults nothing strikes, and everything goes its way', async () => {
  const { faults, processes } = await report({ seeds: 10, faults: false });
  expect(Object.values(faults).every((times) => times === 0)).toBe(true);
  expect(processes).toMatchObject({ done: 30 });
});

test('months go by in no time', async () => {
  const later = () => [{ type: 'evt.ordered' }, { type: 'evt.paid', after: '200d' as const }];
  const { longestMs, processes } = await report({ seeds: 5, events: later });
  expect(longestMs).toBeGreaterThan(200 * 86_400_000);
  expect(processes.done).toBe(15);
});

test('what is due beyond the horizon never comes, and is no fault', async () => {
  const late = () => [{ type: 'evt.ordered' }, { type: 'evt.paid', after: '200d' as const }];
  const { processes } = await report({
    seeds: 5,
    events: late,
    horizon: '100d',
    mayRest: ({ value }) => value === 'Paying',
  });
  expect(processes).toMatchObject({ active: 15, done: 0 });
});

test.each([
  ['answers false', () => false, 'it answered false'],
  ['answers a text', () => 'too many', 'too many'],
  ['answers texts', () => ['one', 'two'], 'one'],
  [
    'throws',
    () => {
      throw new Error('thrown');
    },
    'thrown',
  ],
  ['is asynchronous', async () => true, 'it is asynchronous'],
  ['counts', () => 0, 'it answered 0, which says neither'],
])('an invariant of your own that %s is broken', async (_, invariant, words) => {
  const options = { seeds: 1, faults: false, shrink: false } as const;
  const { violations } = await failureOf(careful, { ...options, invariant });
  expect(violations[0]?.invariant).toBe('yours');
  expect(violations[0]?.message).toContain(words);
});

test.each([undefined, null, true, '', [], ['']])('an invariant that answers %j holds', async (answer) => {
  expect(await report({ seeds: 1, faults: false, invariant: () => answer })).toMatchObject({ worlds: 1 });
});

test('`invariant` is asked at the end, `always` after every save', async () => {
  const seen: Array<readonly [string, readonly string[]]> = [];
  const note =
    (when: string): NonNullable<SimulateOptions['invariant']> =>
    ({ processes }) => {
      seen.push([when, [...processes.values()].map(({ value }) => String(value))]);
    };
  const options = { seeds: 1, processes: 1, handlers: 1, faults: false } as const;
  const { saves } = await report({ ...options, invariant: note('end'), always: note('save') });
  expect(seen.filter(([when]) => when === 'save')).toHaveLength(saves);
  expect(seen.filter(([when]) => when === 'end')).toEqual([['end', ['Done']]]);
  expect(seen.at(0)).toEqual(['save', ['Packing']]);
});

test('a failure of your own names the process it is about, and draws its story alone', async () => {
  const invariant: SimulateOptions['invariant'] = ({ processes }) =>
    [...processes].map(([id, { orchestrator }]) => `${orchestrator} ${id} is wrong`);
  const { violations, message } = await failureOf(careful, { seeds: 1, faults: false, invariant });
  const id = violations[0]?.processId ?? '';
  expect(id).not.toBe('');
  const others = violations.slice(1).map(({ processId }) => processId as string);
  const drawn = message.slice(message.indexOf('sequenceDiagram'));
  for (const other of others) expect(drawn).not.toContain(`0@${other}`);
});

test('a store that writes over what others saved is found', async () => {
  const store = (): ProcessStore => {
    const memory = memoryStore();
    return {
      ...memory,
      async save(record) {
        return memory.save(record, (await memory.load(record.id))?.revision);
      },
    };
  };
  const { violations } = await failureOf(careful, { store, seeds: 50 });
  expect(violations[0]?.invariant).toBe('no lost update');
});

test('a store that takes two ids for one is found', async () => {
  const store = (): ProcessStore => {
    const memory = memoryStore();
    const records = new Map<string, ProcessRecord>();
    const key = (id: string) => id.slice(0, 1);
    return {
      ...memory,
      async load(id) {
        const record = records.get(key(id));
        return record && { record, revision: record.revision };
      },
      async save(record) {
        records.set(key(record.id), record);
        return record.revision;
      },
    };
  };
  const { violations } = await failureOf(careful, { store, seeds: 5 });
  expect(violations.map(({ invariant }) => invariant)).toContain('no key is a path');
});

test('worlds note which paths of a machine they take; those that only shrink a failure do not', async () => {
  const coverage = pathCoverage(careful);
  await simulate(careful, packers, { events: ordered, seeds: 5, coverage });
  expect(coverage.report().states.share).toBe(1);
  const one = pathCoverage(shop());
  await failureOf(shop(), { seeds: 50, coverage: one });
  const counted = one.report({ walk: false }).states;
  const two = pathCoverage(shop());
  await failureOf(shop(), { seeds: 50, coverage: two, shrink: false });
  expect(two.report({ walk: false }).states).toEqual(counted);
});

test.each<[string, unknown, string]>([
  ['an unknown option', { seed: 3 }, 'seeds'],
  ['an unknown fault', { faults: { crashes: 0.1 } }, 'crash'],
  ['no probability', { faults: { crash: 2 } }, 'faults.crash of simulate must be a probability'],
  ['no number of worlds', { seeds: 0 }, 'seeds of simulate must be a whole number'],
  ['an unknown runner option', { runner: { warmth: 1 } }, 'warm'],
  ['a deploy of another', { deploys: [shop({ name: 'other' })] }, 'deploys of simulate has other'],
  ['an unknown fault to replay', { replay: { seed: 1, faults: ['crush#1'] } }, 'crash'],
  ['no seed to replay', { replay: { seed: 'x' } }, 'seed of simulate({ replay })'],
  ['a fault to replay without its number', { replay: { seed: 1, faults: ['crash'] } }, 'as in crash#0'],
  [
    'no function to replay with',
    { replay: { seed: 1, handlers: 0 } },
    'handlers of simulate({ replay }) must be',
  ],
  ['no share', { cancel: 3 }, 'cancel of simulate must be a share'],
  ['no span', { horizon: 'soon' }, 'horizon of simulate'],
])('%s is refused, and what was meant is named', async (_, options, words) => {
  const refused = simulate(careful, packers, options as SimulateOptions);
  await expect(refused).rejects.toMatchObject({
    code: 'XORCA_CONFIG',
    message: expect.stringContaining(words),
  });
});

test('a service that waits for the real world is told so, instead of hanging the test', async () => {
  const silent = createFleet({
    source: '/packers',
    handlers: [onCommand(pack, () => new Promise(() => {}))],
  });
  await expect(simulate(careful, silent, { seeds: 1, events: ordered })).rejects.toMatchObject({
    code: 'XORCA_CONFIG',
    message: expect.stringContaining('Nothing in the simulation has moved'),
  });
});

test('two orchestrators that one event starts are refused: they would meet at one process', async () => {
  const two = simulate([careful, shop({ name: 'other' })], packers, { events: ordered });
  await expect(two).rejects.toMatchObject({
    code: 'XORCA_CONFIG',
    message: expect.stringContaining('shop and other of simulate are both started by evt.ordered'),
  });
});

test('where a contract says what starts a process, its data is asked for', async () => {
  const typed = shop({ startOn: defineEvent('evt.ordered', { data: z.object({ item: z.string() }) }) });
  await expect(simulate(typed, packers)).rejects.toMatchObject({
    code: 'XORCA_CONFIG',
    message: expect.stringContaining('evt.ordered, which starts shop, has a contract'),
  });
});

test('what is no orchestrator and no fleet is refused', async () => {
  await expect(simulate({} as never)).rejects.toMatchObject({ code: 'XORCA_CONFIG' });
  await expect(simulate(careful, {} as never)).rejects.toMatchObject({ code: 'XORCA_CONFIG' });
  await expect(simulate(shop({ startOn: undefined } as never), packers)).rejects.toMatchObject({
    code: 'XORCA_CONFIG',
    message: expect.stringContaining('shop has no startOn'),
  });
});
