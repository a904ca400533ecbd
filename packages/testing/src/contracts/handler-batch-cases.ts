import type { CloudEvent } from '@xorca/core';
import { check, same } from './assert.ts';
import { badBodies } from './handler-bad-bodies.ts';
import type { HandlerTrial } from './handler-case.ts';
import { note, told } from './handler-orchestrator.ts';
import { type HandlerWorld, handlerWorld } from './handler-world.ts';
import { unshown } from './unshown.ts';

/** What a handler makes of the deliveries of a batch. */
export const batchCases: readonly HandlerTrial[] = [
  {
    name: 'good events are applied in their order, acknowledged, and what they cause is published',
    async run(makeHandler) {
      const world = await handlerWorld(makeHandler);
      await begin(world, ['p']);
      const notes = ['a', 'b', 'c', 'd'];
      same(await world.deliver(notes.map((words) => note('p', words))), accepted(4), 'the verdicts');
      await noted(world, 'p', notes);
      const heard = world.published().filter(({ type }) => type === 'notif.contract.noted');
      const words = heard.map(({ data }) => (data as { text: string }).text);
      same(inOrder(world, words), inOrder(world, notes), 'what was published');
    },
  },
  {
    name: 'a batch of many processes, and an empty one, is acknowledged; each process has its own, in order',
    async run(makeHandler) {
      const world = await handlerWorld(makeHandler);
      const ids = Array.from({ length: 12 }, (_, n) => `p${n}`);
      same(await world.deliver([]), [], 'the verdicts of an empty batch');
      await begin(world, ids);
      const batch = ['a', 'b', 'c'].flatMap((words) => ids.map((id) => note(id, `${words} ${id}`)));
      same(await world.deliver(batch), accepted(batch.length), 'the verdicts');
      for (const id of ids) await noted(world, id, [`a ${id}`, `b ${id}`, `c ${id}`]);
    },
  },
  {
    name: 'a bad element, whatever is wrong with it, is never acknowledged as taken, and spoils no neighbour',
    async run(makeHandler) {
      const world = await handlerWorld(makeHandler);
      if (world.test.carries === 'events') unshown('a trigger that carries any text');
      await begin(world, ['p', 'q']);
      const wanted: string[] = [];
      for (const [what, body] of Object.entries(badBodies())) {
        const [before, after] = [`before ${what}`, `after ${what}`];
        await putAside(world, what, note('p', before), body, note('p', after), note('q', after));
        wanted.push(before, after);
      }
      await noted(world, 'p', wanted);
    },
  },
  {
    name: 'bad elements by the dozen in one batch spoil no neighbour',
    async run(makeHandler) {
      const world = await handlerWorld(makeHandler);
      if (world.test.carries === 'events') unshown('a trigger that carries any text');
      const bad = Object.values(badBodies());
      // Of many processes, so that those that come at the same time do not get into each other's way.
      const ids = bad.map((_, n) => `p${n}`);
      await begin(world, ids);
      const verdicts = await world.deliver(bad.flatMap((body, n) => [body, note(`p${n}`, 'a')]));
      const good = verdicts.filter((_, n) => n % 2 === 1);
      same(good, accepted(bad.length), 'the verdicts of the good ones');
      check(
        !verdicts.some((verdict, n) => n % 2 === 0 && verdict === 'accepted'),
        'a bad one was acknowledged',
      );
      for (const id of ids) await noted(world, id, ['a']);
    },
  },
  {
    name: 'an event whose data breaks its contract is put aside or given back, and holds up nobody of its process',
    async run(makeHandler) {
      const world = await handlerWorld(makeHandler);
      await begin(world, ['p', 'q']);
      const bad = told('p', 'note', { text: 5 });
      await putAside(
        world,
        'wrong data',
        note('p', 'before'),
        JSON.stringify(bad),
        note('p', 'after'),
        note('q', 'q'),
      );
      await noted(world, 'p', ['before', 'after']);
    },
  },
  {
    name: 'what came before is acknowledged and changes nothing: in a later batch, in the same, and at the same time',
    async run(makeHandler) {
      const world = await handlerWorld(makeHandler);
      await begin(world, ['p']);
      const batch = [note('p', 'a'), note('p', 'b')];
      await world.settle(batch);
      same(await world.settle(batch), accepted(2), 'the verdicts of a batch that came again');
      const twice = note('p', 'c');
      same(await world.settle([twice, twice]), accepted(2), 'the verdicts of one event twice in a batch');
      await noted(world, 'p', ['a', 'b', 'c']);
      const later = note('p', 'd');
      await Promise.all([world.settle([later]), world.settle([later])]);
      await noted(world, 'p', ['a', 'b', 'c', 'd']);
    },
  },
  {
    name: 'batches at the same time lose nothing and do nothing twice',
    async run(makeHandler) {
      const world = await handlerWorld(makeHandler);
      await begin(world, ['p']);
      const batches = Array.from({ length: 5 }, (_, n) => [note('p', `${n} a`), note('p', `${n} b`)]);
      const verdicts = await Promise.all(batches.map((batch) => world.settle(batch)));
      same(verdicts.flat(), accepted(10), 'the verdicts');
      const words = batches.flatMap((_, n) => [`${n} a`, `${n} b`]);
      same([...(await notesOf(world, 'p'))].sort(), words.sort(), 'the notes of p');
    },
  },
  {
    name: 'events that nobody takes are acknowledged: of no process, of one that has ended, of another orchestrator, of no state',
    async run(makeHandler) {
      const world = await handlerWorld(makeHandler);
      await begin(world, ['p', 'closed']);
      await world.stranger.start({ id: 'foreign' });
      await world.settle([told('closed', 'close')]);
      const batch = [
        note('nobody', 'x'),
        note('closed', 'x'),
        note('foreign', 'x'),
        told('p', 'unheard-of'),
        note('p', 'a'),
      ];
      same(await world.deliver(batch), accepted(5), 'the verdicts');
      same(await world.get('nobody'), undefined, 'a process that nobody started');
      await noted(world, 'p', ['a']);
      await noted(world, 'closed', []);
    },
  },
];

/** Starts processes, by events like any others. */
export async function begin(world: HandlerWorld, ids: readonly string[]): Promise<void> {
  const starts = ids.map((id) => told(id, 'notes.started'));
  same(await world.settle(starts), accepted(ids.length), 'the verdicts of starts');
}

/** Fails unless a process has taken exactly these, in this order where the trigger keeps one. */
export async function noted(world: HandlerWorld, id: string, notes: readonly string[]): Promise<void> {
  same(inOrder(world, await notesOf(world, id)), inOrder(world, notes), `the notes of process ${id}`);
}

async function notesOf(world: HandlerWorld, id: string): Promise<readonly string[]> {
  const process = await world.get(id);
  check(process !== undefined, `there is no process ${id}`);
  return (process.context as { notes: string[] }).notes;
}

/** So many times `accepted`. */
export function accepted(count: number): string[] {
  return Array.from({ length: count }, () => 'accepted');
}

async function putAside(
  world: HandlerWorld,
  what: string,
  before: CloudEvent,
  bad: string,
  ...after: readonly CloudEvent[]
): Promise<void> {
  const verdicts = await world.deliver([before, bad, ...after]);
  const verdict = verdicts[1];
  // Given back is good enough where the queue has dead letters of its own, but it must not take a whole batch along.
  const isFine = verdict === 'dead' || (verdict === 'retry' && world.test.fails !== 'batch');
  check(isFine, `an element with ${what} came out as ${verdict}`);
  same(verdicts.toSpliced(1, 1), accepted(after.length + 1), `the verdicts around an element with ${what}`);
}

function inOrder(world: HandlerWorld, notes: readonly string[]): readonly string[] {
  return world.test.order === 'none' ? [...notes].sort() : notes;
}
