import { check, same } from './assert.ts';
import { accepted, begin, noted } from './handler-batch-cases.ts';
import type { HandlerTrial } from './handler-case.ts';
import { note, told } from './handler-orchestrator.ts';
import { handlerWorld } from './handler-world.ts';
import { unshown } from './unshown.ts';

const MINUTE_MS = 60_000;

/** What a handler does when not everything goes well. */
export const handlerFailureCases: readonly HandlerTrial[] = [
  {
    name: 'while the store is away a batch is given back, changes nothing, and is applied once when it comes again',
    async run(makeHandler) {
      const world = await handlerWorld(makeHandler);
      await begin(world, ['p', 'q']);
      const batch = [note('p', 'a'), note('q', 'b'), note('p', 'c')];
      world.trouble.storeAway = '*';
      for (let n = 0; n < 2; n++) {
        same(await world.deliver(batch), ['retry', 'retry', 'retry'], 'the verdicts while the store is away');
      }
      world.trouble.storeAway = undefined;
      await noted(world, 'p', []);
      same(await world.settle(batch), accepted(3), 'the verdicts afterwards');
      await noted(world, 'p', ['a', 'c']);
      await noted(world, 'q', ['b']);
    },
  },
  {
    name: 'a process that cannot be reached is given back, and no other is held up',
    async run(makeHandler) {
      const world = await handlerWorld(makeHandler);
      await begin(world, ['p', 'q']);
      const batch = [note('p', 'a'), note('q', 'b'), note('p', 'c'), note('q', 'd')];
      world.trouble.storeAway = 'p';
      const verdicts = await world.deliver(batch);
      const wanted = world.test.fails === 'batch' ? ['retry'] : ['retry', 'accepted'];
      same([verdicts[0], verdicts[2]], ['retry', 'retry'], 'the verdicts of the process that is away');
      same([...new Set(verdicts)], wanted, 'the verdicts of both processes');
      await noted(world, 'q', ['b', 'd']);
      world.trouble.storeAway = undefined;
      await world.settle(batch.filter((_, n) => verdicts[n] === 'retry'));
      await noted(world, 'p', ['a', 'c']);
      await noted(world, 'q', ['b', 'd']);
    },
  },
  {
    name: 'while the bus is away an event is given back; it is not applied again, and what it caused goes out',
    async run(makeHandler) {
      const world = await handlerWorld(makeHandler);
      await begin(world, ['p']);
      const batch = [note('p', 'a'), note('p', 'b')];
      world.trouble.busAway = true;
      same(await world.deliver(batch), ['retry', 'retry'], 'the verdicts while the bus is away');
      same(world.published().length, 0, 'how many events went out');
      world.trouble.busAway = false;
      same(await world.settle(batch), accepted(2), 'the verdicts afterwards');
      await noted(world, 'p', ['a', 'b']);
      same(world.published().length, 2, 'how many events went out');
    },
  },
  {
    name: 'after an event that fails, the later ones of its process in the batch are given back too, and order is kept',
    async run(makeHandler) {
      const world = await handlerWorld(makeHandler);
      await begin(world, ['p', 'q']);
      const broken = told('p', 'break', { text: 'mended' });
      const batch = [note('p', 'a'), note('q', 'b'), broken, note('p', 'c'), note('q', 'd'), note('p', 'e')];
      world.trouble.isBroken = true;
      const verdicts = await world.deliver(batch);
      check(verdicts[2] === 'retry', `an event over which the machine throws came out as ${verdicts[2]}`);
      if (world.test.fails !== 'batch') {
        same(
          [verdicts[0], verdicts[1], verdicts[4]],
          accepted(3),
          'the verdicts of those it does not concern',
        );
        const behind = world.test.order === 'none' ? verdicts[3] : 'retry';
        same([verdicts[3], verdicts[5]], [behind, behind], 'the verdicts of those behind it');
      }
      world.trouble.isBroken = false;
      const left = batch.filter((_, n) => verdicts[n] === 'retry');
      same(await world.settle(left), accepted(left.length), 'the verdicts once it is mended');
      await noted(world, 'p', ['a', 'mended', 'c', 'e']);
      await noted(world, 'q', ['b', 'd']);
    },
  },
  {
    name: 'where the platform tells the time left, a handler stops in time, gives back the rest, and loses nothing',
    async run(makeHandler) {
      const world = await handlerWorld(makeHandler);
      if (world.test.tellsTime === false) unshown('a platform that tells the time left');
      const ids = Array.from({ length: 80 }, (_, n) => `p${n}`);
      await begin(world, ids);
      const batch = ids.map((id) => note(id, 'a'));
      // Each load takes so long that the time is over after some, and long before all, however many are loaded at once.
      world.trouble.loadMs = 10_000;
      const verdicts = await world.deliver(batch, MINUTE_MS);
      world.trouble.loadMs = 0;
      const isInTime = verdicts.includes('retry') || world.test.delivers === 'one';
      check(isInTime, 'a handler went on after its time was over');
      for (const [n, id] of ids.entries()) {
        if (verdicts[n] === 'accepted') await noted(world, id, ['a']);
      }
      const left = batch.filter((_, n) => verdicts[n] === 'retry');
      same(await world.settle(left), accepted(left.length), 'the verdicts of the rest');
      for (const id of ids) await noted(world, id, ['a']);
      // With no time left at all nothing may be begun.
      const late = note('p0', 'b');
      same(await world.deliver([late], 0), ['retry'], 'the verdict with no time left');
      await noted(world, 'p0', ['a']);
      same(await world.settle([late]), ['accepted'], 'the verdict afterwards');
      await noted(world, 'p0', ['a', 'b']);
    },
  },
  {
    name: 'where the handler is woken too, a wake fires due timers once, none too soon, and sends what nobody confirmed',
    async run(makeHandler) {
      const world = await handlerWorld(makeHandler);
      if (!world.test.wake) unshown('wake');
      await begin(world, ['p', 'q']);
      world.pass(MINUTE_MS - 1);
      await world.test.wake();
      same((await world.get('p'))?.value, 'Open', 'the state of p before its time');
      world.pass(1);
      await world.test.wake();
      await world.test.wake();
      for (const id of ['p', 'q'])
        same((await world.get(id))?.value, 'Resting', `the state of ${id} after its time`);
      same(world.published().length, 2, 'how many events the timers caused');
      world.trouble.busAway = true;
      await world.deliver([note('p', 'a')]);
      world.trouble.busAway = false;
      // A runner sends again what is unconfirmed for longer than a minute, unless it is told otherwise.
      world.pass(10 * MINUTE_MS);
      await world.test.wake();
      same(world.published().length, 3, 'how many events went out after the wake');
    },
  },
];
