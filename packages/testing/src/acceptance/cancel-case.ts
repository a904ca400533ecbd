import { type CloudEvent, createOrchestrator, defineCommand, fromCommand } from '@xorca/core';
import { setup } from 'xstate';
import { check, same } from '../contracts/assert.ts';
import type { AcceptanceCase } from './cell.ts';
import { texts } from './text-schema.ts';
import { inWorld, outsideEvent, type World } from './world.ts';

const print = defineCommand('cmd.copy.print', { input: texts('book'), output: texts('pages') });
const bind = defineCommand('cmd.copy.bind', { input: texts('book'), output: texts('cover') });

// Two commands that nobody ever answers of his own accord.
const machine = setup({
  types: { context: {} as { book: string }, input: {} as { book: string } },
  actors: { print: fromCommand(print), bind: fromCommand(bind, { timeout: '30d' }) },
}).createMachine({
  id: 'copy',
  context: ({ input }) => ({ book: input.book }),
  type: 'parallel',
  states: {
    Printing: {
      initial: 'Asked',
      states: {
        Asked: { invoke: { src: 'print', input: ({ context }) => context, onDone: 'There' } },
        There: {},
      },
    },
    Binding: {
      initial: 'Asked',
      states: {
        Asked: { invoke: { src: 'bind', input: ({ context }) => context, onDone: 'There' } },
        There: {},
      },
    },
  },
});

const orchestrator = createOrchestrator({
  name: 'copies',
  machines: { '1.0.0': machine },
  startOn: 'evt.copy.wanted',
});

// Events of its commands come to nobody but a fleet.
const slowFleet = { types: [print.type, bind.type], cancels: [print.cancel, bind.cancel] };

/** Somebody calls a process off. */
export const cancelCase: AcceptanceCase = {
  title: 'cancellation',
  name: 'a process that is cancelled ends, its commands are called off at the fleet, and an answer that comes all the same changes nothing',
  run: (cell) =>
    inWorld(cell, { orchestrator, silent: slowFleet }, async (world) => {
      await world.send(
        outsideEvent(world, 'evt.copy.wanted', 'cancelled', { book: 'Opticks' }),
        outsideEvent(world, 'evt.copy.wanted', 'other', { book: 'Principia' }),
      );
      await world.settled();
      const asked = commandsOf(world, 'cancelled', slowFleet.types);
      same(asked.map(({ type }) => type).sort(), [...slowFleet.types].sort(), 'the commands');

      const { status } = await world.call((runner) => runner.cancel('cancelled', { reason: 'sold out' }));
      same(status, 'cancelled', 'the status after cancelling');
      await world.settled();
      const calledOff = commandsOf(world, 'cancelled', slowFleet.cancels);
      same(
        calledOff.map(({ causationid }) => causationid).sort(),
        asked.map(({ id }) => id).sort(),
        'which commands were called off at the fleet',
      );

      await world.send(...asked.map((command) => answerTo(world, command)));
      await world.settled();
      await world.pass(40 * 86_400_000);
      const { commands, timers, outbox, failure, ...process } = await world.get('cancelled');
      same(process.status, 'cancelled', 'the status in the end');
      same({ commands, timers, outbox }, { commands: [], timers: [], outbox: [] }, 'what it waits for');
      check(failure?.code === 'XORCA_CANCELLED', `it failed by ${failure?.code}`);
      same(
        await world.call((runner) => runner.cancel('cancelled').then(({ status: again }) => again)),
        'cancelled',
        'cancelled twice',
      );
      same(world.arrived('cancelled').length, 1 + 2 + 2 + 2, 'how many events there were of it');
      // Its sister has nothing to do with it, and goes to the end that it has by itself.
      same(commandsOf(world, 'other', [print.cancel]).length, 1, 'what a process that failed calls off');
      same((await world.get('other')).status, 'error', 'the status of the one whose command timed out');
    }),
};

function commandsOf(world: World, subject: string, types: readonly string[]): readonly CloudEvent[] {
  return world.arrived(subject).filter(({ type }) => types.includes(type));
}

function answerTo(world: World, { id, source, type, subject }: CloudEvent): CloudEvent {
  const success = type === print.type ? print.success : bind.success;
  const data = type === print.type ? { pages: 'too late' } : { cover: 'too late' };
  return {
    ...outsideEvent(world, success, String(subject), data),
    causationid: id,
    causationsource: source,
  };
}
