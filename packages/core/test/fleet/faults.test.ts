import { expect, test } from 'vitest';
import { type CloudEvent, memoryStore, type Outcome } from '../../src/index.ts';
import { faultBus } from '../faults/bus.ts';
import { faultyPublisher, faultyStore, invocation } from '../faults/ports.ts';
import { seeded } from '../faults/random.ts';
import { takeTurns } from '../faults/turns.ts';
import { virtualTime } from '../support/virtual-time.ts';
import { command, openLibrary } from './library.ts';

const SEEDS = 150;
const COMMANDS = 4;
const RUNNERS = 3;

/** N redeliveries to three runners that die, lose replies and find their ports away, then calm. */
async function liveThrough(seed: number, isIdempotent: boolean) {
  const random = seeded(seed);
  const turns = takeTurns(random);
  const store = memoryStore();
  const bus = faultBus(random);
  const time = virtualTime();
  const struck = new Map<string, number>();
  let rate = 0.12;
  let carriedOut = 0;

  const program = () => {
    let life = invocation();
    const faults = {
      random,
      turns,
      rate: () => rate,
      struck: (where: string) => struck.set(where, (struck.get(where) ?? 0) + 1),
      get life() {
        return life;
      },
    };
    const publisher = { published: [], ...faultyPublisher(bus, faults) };
    const idempotency = isIdempotent ? { idempotency: { store: faultyStore(store, faults) } } : {};
    const { runner } = openLibrary(
      async () => {
        await turns.wait();
        return { pages: [`answer ${++carriedOut}`] };
      },
      { publisher, time, ...idempotency },
    );
    return {
      handle(events: readonly CloudEvent[]): Promise<readonly Outcome[] | 'dead'> {
        life = invocation();
        return Promise.race([runner.handle(events), life.death]);
      },
    };
  };
  const programs = Array.from({ length: RUNNERS }, program);
  const commands = Array.from({ length: COMMANDS }, (_, n) => command(`${n}`));
  const owed = new Set(commands.map(({ id }) => id));

  async function work(place: number): Promise<void> {
    const batch = commands.filter(() => random.chance(0.6));
    const outcomes = await programs[place]?.handle(batch);
    if (outcomes === 'dead') programs[place] = program();
    else
      for (const { status, event } of outcomes ?? []) if (status !== 'failed') owed.delete(event?.id ?? '');
  }
  for (let round = 0; round < 10; round++) {
    if (round === 7) rate = 0;
    let ended = false;
    const working = Promise.all(programs.map((_, place) => work(place))).finally(() => {
      ended = true;
    });
    while (!ended) await turns.run();
    await working;
    // Answers of different rounds differ in their time, too.
    await time.advance(1_000);
  }
  const distinct = new Map<string, Set<string>>();
  for (const event of bus.log) {
    const texts = distinct.get(event.id) ?? new Set();
    distinct.set(event.id, texts.add(JSON.stringify(event)));
  }
  return { distinct, owed, struck };
}

test(`each command has exactly one answer, however often it is delivered, in ${SEEDS} worlds full of faults`, async () => {
  const struck = new Map<string, number>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const end = await liveThrough(seed, true);
    for (const [where, times] of end.struck) struck.set(where, (struck.get(where) ?? 0) + times);
    expect([...end.owed], `seed ${seed}`).toEqual([]);
    expect(
      [...end.distinct.values()].map((texts) => texts.size),
      `seed ${seed}`,
    ).toEqual(Array(COMMANDS).fill(1));
  }
  // A harness whose faults never strike proves nothing.
  for (const where of [
    'load',
    'before save',
    'after save',
    'answer of save lost',
    'before publish',
    'after publish',
  ]) {
    expect(struck.get(where), `faults at: ${where}`).toBeGreaterThan(20);
  }
});

test('the same worlds would show a fleet that remembers nothing', async () => {
  const end = await liveThrough(1, false);
  expect([...end.distinct.values()].some((texts) => texts.size > 1)).toBe(true);
});
