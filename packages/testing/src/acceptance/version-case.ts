import { createOrchestrator } from '@xorca/core';
import { setup } from 'xstate';
import { same } from '../contracts/assert.ts';
import type { AcceptanceCase } from './cell.ts';
import { inWorld, outsideEvent } from './world.ts';

/** A machine that says by which version it went on. */
function machine(version: string, waiting: string) {
  return setup({
    types: { context: {} as { begun: string; moved: boolean } },
  }).createMachine({
    id: 'parcel',
    context: { begun: version, moved: false },
    initial: waiting,
    states: { [waiting]: { on: { 'evt.parcel.came': 'There' } }, There: { type: 'final' } },
  });
}

const COMMON = {
  name: 'parcels',
  startOn: 'evt.parcel.sent',
  onOrchestrationState: {
    There: (_id: string, _state: string, { context }: { readonly context: unknown }) => ({
      type: 'notif.parcel.there',
      data: context,
    }),
  },
};
const one = machine('1.0.0', 'OnTheRoad');
const first = createOrchestrator({ ...COMMON, machines: { '1.0.0': one } });
const second = createOrchestrator({
  ...COMMON,
  machines: { '1.0.0': one, '2.0.0': machine('2.0.0', 'InTheAir') },
  migrations: {
    '1.0.0': {
      to: '2.0.0',
      snapshot: (snapshot) => ({
        ...snapshot,
        value: 'InTheAir',
        context: { ...snapshot.context, moved: true },
      }),
    },
  },
});

/** A deploy in the middle of what runs. */
export const versionCase: AcceptanceCase = {
  title: 'versions',
  name: 'after a deploy a process goes on in the version it began in, new ones begin in the new version, and a migration moves one',
  run: (cell) =>
    inWorld(cell, { orchestrator: first }, async (world) => {
      const sent = (id: string) => outsideEvent(world, 'evt.parcel.sent', id, {});
      await world.send(sent('stays'), sent('moves'));
      await world.settled();
      world.deploy(second);
      await world.send(sent('new'));
      await world.settled();
      const moved = await world.call((runner) => runner.migrate('moves', '2.0.0'));
      same([moved.version, moved.value], ['2.0.0', 'InTheAir'], 'the process that was moved');
      const ids = ['stays', 'moves', 'new'];
      const versions = await Promise.all(ids.map(async (id) => (await world.get(id)).version));
      same(versions, ['1.0.0', '2.0.0', '2.0.0'], 'the versions after the deploy');
      const old = await world.call((runner) => runner.list({ version: '1.0.0' }));
      same(
        old.items.map(({ id }) => id),
        ['stays'],
        'what the list shows of the old version',
      );

      await world.send(...ids.map((id) => outsideEvent(world, 'evt.parcel.came', id, {})));
      await world.settled();
      const ends = await Promise.all(
        ids.map(async (id) => {
          const { status, version, context } = await world.get(id);
          return { status, version, context };
        }),
      );
      same(
        ends,
        [
          { status: 'done', version: '1.0.0', context: { begun: '1.0.0', moved: false } },
          { status: 'done', version: '2.0.0', context: { begun: '1.0.0', moved: true } },
          { status: 'done', version: '2.0.0', context: { begun: '2.0.0', moved: false } },
        ],
        'the ends',
      );
      const told = world.arrived(...ids).filter(({ type }) => type === 'notif.parcel.there');
      same(told.map(({ subject }) => subject).sort(), [...ids].sort(), 'who told of the end');
    }),
};
