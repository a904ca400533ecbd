import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as model from './reference.ts';
import { type SaveFault, type World, world } from './world.ts';

const START = 1_800_000_000_000;
// Some seconds; `XORCA_RUNS=20000 npm run test:unit -- properties/model` looks longer, `XORCA_SEED` and `XORCA_PATH` look again.
const RUNS = Number(process.env['XORCA_RUNS'] ?? 1_000);
const SEED = process.env['XORCA_SEED'];
const PATH = process.env['XORCA_PATH'];

type Command = fc.AsyncCommand<model.Reference, World>;
const TYPES = [
  'evt.begin',
  'evt.nudge',
  'evt.tick',
  'evt.ask',
  'evt.early',
  'evt.boom',
  'evt.rest',
  'evt.end',
];

/** A step of the story, taken on both sides; then both must look the same. */
function step(name: string, run: (is: model.Reference, real: World) => Promise<void>): Command {
  return {
    check: () => true,
    async run(is, real) {
      await run(is, real);
      expect(await seen(real)).toEqual(shown(is));
    },
    toString: () => name,
  };
}

/** Event ids from a small stock, so that some come again, also under another type's name. */
const named = (type: string) =>
  fc.nat({ max: type === 'evt.boom' ? 0 : 5 }).map((n) => ({ id: `${type}-${n}`, type }));
const plain = fc.constantFrom(...TYPES, 'evt.tick', 'evt.ask', 'evt.boom', 'evt.stranger').chain(named);
const mishaps = fc.constantFrom<model.Mishap>('none', 'none', 'none', 'bus away', 'death');
const saveFaults = fc.constantFrom<SaveFault>('none', 'none', 'conflict', 'answer lost');

const event = fc.tuple(plain, mishaps, saveFaults, fc.boolean()).map(([input, mishap, fault, isNew]) =>
  step(`${isNew ? 'after a restart ' : ''}${input.id} (${mishap}, ${fault})`, (is, real) => {
    if (isNew) real.restart();
    return handled(is, real, input, mishap, fault);
  }),
);

/** Answers name the command of the moment, one from long ago, or none that ever was. */
const answer = fc
  .tuple(fc.constantFrom('success', 'error'), fc.nat({ max: 6 }), fc.nat({ max: 3 }), mishaps)
  .map(([kind, id, back, mishap]) =>
    step(`${kind}-${id} to the command ${back} before the last (${mishap})`, (is, real) => {
      const answers = is.commands.at(-1 - back) ?? 'p/999';
      return handled(is, real, { id: `${kind}-${id}`, type: `evt.work.${kind}`, answers }, mishap);
    }),
  );

const pass = fc.constantFrom(1_000, 60_000, 600_000, 1_800_000, 3_600_000).map((ms) =>
  step(`${ms} ms pass`, async (is, real) => {
    is.now += ms;
    real.now += ms;
  }),
);

const wake = mishaps.map((mishap) =>
  step(`wake (${mishap})`, async (is, real) => {
    model.wake(is, mishap);
    await real.wake(mishap);
  }),
);

const controls = { cancel: model.cancel, redrive: model.redrive };
const control = fc
  .tuple(fc.constantFrom('cancel' as const, 'redrive' as const, 'redrive' as const), mishaps)
  .map(([kind, mishap]) =>
    step(`${kind} (${mishap})`, async (is, real) => {
      const code = controls[kind](is, mishap);
      expect(await real.control(kind, mishap)).toBe(code);
    }),
  );

const repair = fc.boolean().map((isBroken) =>
  step(isBroken ? 'the code breaks' : 'the code is repaired', async (is, real) => {
    is.isBroken = isBroken;
    real.isBroken = isBroken;
  }),
);

/** Two instances at once: it must be as if one had come after the other, in either order. */
const together = fc.tuple(plain, plain).map(([first, second]) =>
  step(`${first.id} and ${second.id} at once`, async (is, real) => {
    const before = is.published.length;
    // What one of them remembers of before makes the very record that the other has just made: then both say that it was theirs.
    real.restart();
    const [a, b] = await Promise.all([real.handle(first, 'none', 0), real.handle(second, 'none', 1)]);
    const orders = [true, false].map((inOrder) => {
      const after = structuredClone(is);
      const [early, late] = inOrder ? [first, second] : [second, first];
      const statuses = [early, late].map((input) => model.handle(after, input, 'none').status);
      return { after, statuses: inOrder ? statuses : statuses.toReversed() };
    });
    if (first.id === second.id) {
      // The very same event makes the very same record, which each then takes for its own save.
      const after = structuredClone(is);
      const { status } = model.handle(after, first, 'none');
      orders.push({ after, statuses: [status, status] });
    }
    // Which of the two publishes first is nobody's promise, nor whether one sends again what the other is about to send.
    const news = (log: readonly string[]) => [...new Set(log.slice(before))].sort();
    const signs = (...parts: unknown[]) => JSON.stringify(parts);
    const reached = signs(await stateOf(real), [a?.status, b?.status], news(real.published));
    const fits = orders.find(
      ({ after, statuses }) => signs(stateOfModel(after), statuses, news(after.published)) === reached,
    );
    expect(fits, reached).toBeDefined();
    Object.assign(is, fits?.after);
    real.restart();
    is.published.splice(0, is.published.length, ...real.published);
  }),
);

test('whatever comes in whatever order, the runner does what a plain description of the process does', async () => {
  const commands = [event, event, event, answer, pass, wake, control, repair, together];
  await fc.assert(
    fc.asyncProperty(
      fc.commands(commands, { maxCommands: 40, size: 'max' }),
      fc.constantFrom(0, 10),
      async (story, warm) => {
        await fc.asyncModelRun(() => ({ model: model.reference(START), real: world(START, warm) }), story);
      },
    ),
    {
      numRuns: RUNS,
      ...(SEED === undefined ? {} : { seed: Number(SEED) }),
      ...(PATH === undefined ? {} : { path: PATH }),
    },
  );
});

async function handled(
  is: model.Reference,
  real: World,
  input: model.Input,
  mishap: model.Mishap,
  fault: SaveFault = 'none',
): Promise<void> {
  real.saveFault = fault;
  const { status, effects } = model.handle(is, input, mishap);
  const outcome = await real.handle(input, mishap, 0);
  // It died with its answer; what it did shows in the record.
  if (mishap === 'death' && outcome === undefined) return;
  expect({ status: outcome?.status, effects: outcome?.effects.map(({ id }) => id) }).toEqual({
    status,
    effects,
  });
}

async function seen(real: World) {
  return { ...(await stateOf(real)), published: real.published };
}

function shown(is: model.Reference) {
  return { ...stateOfModel(is), published: is.published };
}

async function stateOf(real: World) {
  const details = await real.details();
  if (!details) return { status: 'none' };
  const { status, value, context, timers, commands, outbox, buffered, problem } = details;
  return {
    status,
    value,
    count: (context as { count: number }).count,
    timers: timers.map(({ at }) => at),
    commands: commands.map(({ id, attempt, dueAt, resting }) => ({ id, attempt, dueAt, resting })),
    outbox: outbox.map(({ id, type }) => `${id} ${type}`),
    // Of a process that has ended nobody asks.
    buffered: status === 'active' ? buffered.map((kept) => [kept.event.id, kept.until]) : [],
    problem: problem ? [problem.event?.id, problem.times] : [],
  };
}

function stateOfModel(is: model.Reference) {
  if (is.status === 'none') return { status: 'none' };
  const { status, place, count, timer, asked, owed, early, problem } = is;
  return {
    status,
    value: place,
    count,
    timers: timer === undefined ? [] : [timer],
    commands: asked
      ? [{ id: asked.ids.at(-1), attempt: asked.ids.length, dueAt: asked.dueAt, resting: asked.resting }]
      : [],
    outbox: owed.map(({ id, type }) => `${id} ${type}`),
    buffered: status === 'active' ? early.map(({ id, until }) => [id, until]) : [],
    problem: problem ? [problem.id, problem.times] : [],
  };
}
