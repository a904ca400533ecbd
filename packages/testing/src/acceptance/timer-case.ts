import { createOrchestrator } from '@xorca/core';
import { setup } from 'xstate';
import { same } from '../contracts/assert.ts';
import type { AcceptanceCase } from './cell.ts';
import { inWorld, outsideEvent, type World } from './world.ts';

const DAY = 86_400_000;

const machine = setup({
  types: { context: {} as { days: number }, input: {} as { days: number } },
  delays: { span: ({ context }) => context.days * DAY },
}).createMachine({
  id: 'reminder',
  context: ({ input }) => ({ days: input.days }),
  initial: 'Waiting',
  states: {
    Waiting: { on: { 'evt.reminder.dropped': 'Dropped' }, after: { span: 'Reminded' } },
    Reminded: { type: 'final' },
    Dropped: { type: 'final' },
  },
});

const orchestrator = createOrchestrator({
  name: 'reminders',
  machines: { '1.0.0': machine },
  startOn: 'evt.reminder.wanted',
  onOrchestrationState: {
    Reminded: (_id, _state, { context }) => ({ type: 'notif.reminder.over', data: context }),
  },
});

const IDS = ['in 3 days', 'in 3 days, too', 'in 40 days', 'dropped'];

/** Days pass in no time: what fires is what the store's `due` names. */
export const timerCase: AcceptanceCase = {
  title: 'timers',
  name: 'a delay of days fires by the first wake after it, once, and not before; what was left in time does not fire',
  run: (cell) =>
    inWorld(cell, { orchestrator }, async (world) => {
      await world.send(
        ...IDS.map((id) =>
          outsideEvent(world, 'evt.reminder.wanted', id, { days: id.startsWith('in 40') ? 40 : 3 }),
        ),
      );
      await world.settled();
      await world.send(outsideEvent(world, 'evt.reminder.dropped', 'dropped', {}));
      await world.settled();
      await world.pass(3 * DAY - 1);
      same(await states(world), ['Waiting', 'Waiting', 'Waiting', 'Dropped'], 'a moment before three days');
      await world.pass(1);
      same(await states(world), ['Reminded', 'Reminded', 'Waiting', 'Dropped'], 'after three days');
      await world.pass(30 * DAY);
      await world.pass(10 * DAY);
      same(await states(world), ['Reminded', 'Reminded', 'Reminded', 'Dropped'], 'after forty days');
      same(await world.due(), [], 'what is still due');
      const told = world.arrived(...IDS).filter(({ type }) => type === 'notif.reminder.over');
      same(told.map(({ subject }) => subject).sort(), IDS.slice(0, 3).sort(), 'who was reminded');
    }),
};

function states(world: World): Promise<unknown[]> {
  return Promise.all(IDS.map(async (id) => (await world.get(id)).value));
}
