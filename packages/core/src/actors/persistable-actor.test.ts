import { expect, it } from 'vitest';
import { createActor, fromTransition, setup } from 'xstate';
import { memoryStore } from '../stores/memory-store.ts';
import { withPersistableActor } from './persistable-actor.ts';

const machine = setup({}).createMachine({
  initial: 'Off',
  states: {
    Off: { on: { ON: 'On' } },
    On: { initial: 'Slow', states: { Slow: {}, Fast: {} } },
  },
});

it('a machine is saved with the keys of the states it is in, so that a list can be asked for them', async () => {
  const storage = memoryStore();
  const actorCreator = (_: string, snapshot: unknown) =>
    createActor(machine, snapshot === undefined ? {} : { snapshot: snapshot as never });
  await withPersistableActor({ id: 'lamp', storage, actorCreator }, (actor) => void actor.start());
  expect((await storage.list({ state: 'Off', stuck: false })).items).toHaveLength(1);
  await withPersistableActor({ id: 'lamp', storage, actorCreator }, (actor) => {
    actor.start().send({ type: 'ON' });
  });
  expect((await storage.list({})).items).toMatchObject([{ states: ['On', '#On.Slow'], stuck: false }]);
});

it('an actor that is no machine is in no state', async () => {
  const storage = memoryStore();
  const counter = fromTransition((count: number) => count + 1, 0);
  const actorCreator = () => createActor(counter);
  await withPersistableActor({ id: 'counter', storage, actorCreator }, (actor) => void actor.start());
  expect((await storage.load('counter'))?.record.states).toEqual([]);
});
