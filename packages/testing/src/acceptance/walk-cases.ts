import { AssertionError } from 'node:assert';
import { messageOf } from '@xorca/core';
import { check, same } from '../contracts/assert.ts';
import type { AcceptanceCase } from './cell.ts';
import { fragileLives } from './fragile-life.ts';
import { endsAsEver, NOTE } from './golden.ts';
import { readingFleet, readingOrchestrator } from './walk-machine.ts';
import { inWorld, outsideEvent, type World } from './world.ts';

const PARTS = { orchestrator: readingOrchestrator, fleet: readingFleet };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

// Ids that a key, a path or a URL would stumble over.
const BOOKS = { 'book-1': 'Opticks', '../Ö?#&': 'Principia', 'a b/c%2F': 'Elements' };

const goldenWalk: AcceptanceCase = {
  title: 'golden walk',
  name: 'processes ask a fleet over the bus, get its answers over the bus, and come to the same end with each event sent once',
  run: (cell) =>
    inWorld(cell, PARTS, async (world) => {
      const books = Object.entries(BOOKS);
      await world.send(...books.map(([id, book]) => outsideEvent(world, 'evt.book.wanted', id, { book })));
      await world.settled();
      for (const [id] of books)
        same((await world.get(id)).value, READING, `the state of ${id} in the middle`);
      await world.send(...books.map(([id]) => noted(world, id)));
      await world.settled();
      await world.pass(10_000);
      for (const [id] of books) same((await world.get(id)).value, 'Resting', `the state of ${id} at rest`);
      await world.pass(HOUR);
      for (const [id, book] of books) endsAsEver(await world.get(id), world.arrived(id), book);
      const ended = await world.call((runner) => runner.list({ status: 'done' }));
      same(ended.items.map(({ id }) => id).sort(), books.map(([id]) => id).sort(), 'what the list shows');
    }),
};

const READING = { Reading: { Summary: 'Asked', Index: 'There' } };

// A dozen, each of which is a process with a fate of its own.
const SEEDS = Array.from({ length: 12 }, (_, n) => n + 1);
// Longer than what is not confirmed waits to be sent again, and a third of a process's rest.
const ROUND_MS = 20 * MINUTE;
// Far more than any fate needs: some rounds for the rest, and one for each fault that only a wake makes good.
const ROUNDS = 60;
const STRIKING_ROUNDS = 25;

const faults: AcceptanceCase = {
  title: 'faults',
  name: 'functions that die at any call, races, services that are away, lost replies, refused events, deliveries twice and late: the same end, nothing lost, nothing twice',
  async run(cell) {
    let overtake: (seed: number) => Promise<void>;
    const lives = fragileLives({
      seedOf: (subject) => SEEDS.find((seed) => idOf(seed) === subject),
      overtake: (seed) => overtake(seed),
    });
    await inWorld(cell, { ...PARTS, lives }, async (world) => {
      overtake = (seed) => world.overtake(noted(world, idOf(seed)));
      await world.send(
        ...SEEDS.map((seed) => outsideEvent(world, 'evt.book.wanted', idOf(seed), { book: `book ${seed}` })),
      );
      await world.settled();
      let going = SEEDS;
      for (let round = 0; going.length > 0 && round < ROUNDS; round++) {
        if (round === STRIKING_ROUNDS) lives.calm();
        await world.pass(ROUND_MS);
        going = await those(going, async (seed) => !(await hasEnded(world, idOf(seed))));
      }
      lives.calm();
      for (const seed of SEEDS) {
        try {
          endsAsEver(await world.get(idOf(seed)), world.arrived(idOf(seed)), `book ${seed}`);
        } catch (error) {
          const fate = lives.struck(seed).join(', ') || 'nothing';
          throw new AssertionError({ message: `${messageOf(error)} (seed ${seed}, met ${fate})` });
        }
      }
      const counts = lives.counts();
      check(Object.keys(counts).length >= LEAST_KINDS, `hardly any fault struck: ${JSON.stringify(counts)}`);
    });
  },
};

// Of the eight kinds that there are: the seeds give more, and a case in which nothing happened would show nothing.
const LEAST_KINDS = 5;

/** Whether it is done with all that it sent, too. */
async function hasEnded(world: World, id: string): Promise<boolean> {
  const process = await world.call((runner) => runner.get(id)).catch(() => undefined);
  return process?.status === 'done' && process.outbox.length === 0;
}

function noted(world: World, id: string) {
  return outsideEvent(world, 'evt.book.noted', id, { note: NOTE });
}

function idOf(seed: number): string {
  return `seed-${seed}`;
}

async function those(seeds: readonly number[], still: (seed: number) => Promise<boolean>): Promise<number[]> {
  const answers = await Promise.all(seeds.map(still));
  return seeds.filter((_, at) => answers[at]);
}

/** What a cell does with a whole orchestration, on good days and on bad ones. */
export const walkCases: readonly AcceptanceCase[] = [goldenWalk, faults];
