import { join } from 'node:path';
import {
  createRunner,
  memoryPublisher,
  memoryStore,
  objectStore,
  type Platform,
  type ProcessStore,
} from '@xorca/core';
import { expect, it } from 'vitest';
import { literature, walk } from '../../core/test/support/literature-machine.ts';
import { memoryObjects } from '../../core/test/support/memory-objects.ts';
import { closing, tempFolder } from '../test/support/temp-folder.ts';
import { fileStore } from './file-store.ts';
import { localPlatform } from './local-platform.ts';
import { sqliteStore } from './sqlite-store.ts';

const STORES: Record<string, () => Promise<ProcessStore> | ProcessStore> = {
  memoryStore,
  sqliteStore: async () => closing(sqliteStore({ path: join(await tempFolder(), 'xorca.db') })),
  fileStore: async () => fileStore({ dir: await tempFolder() }),
  objectStore: () => objectStore(memoryObjects()),
};

const WALK = [
  ['applied', 'b1/1 cmd.books.fetch'],
  ['applied', 'b1/2 cmd.gpt.summary'],
  ['applied', 'b1/3 cmd.regulations.grounded', 'b1/4 cmd.regulations.compliant'],
  ['applied'],
  ['applied', 'b1/5 notif.summary.done'],
];

/** Every outcome with what it caused, the end, and the record as it lies in the store. */
async function outcome(platform: Platform) {
  const runner = createRunner(literature, { ...platform, clock: { now: () => 1_750_000_000_000 } });
  const steps: string[][] = [];
  for (const step of [...walk('b1'), ...walk('b1')]) {
    const [done] = await runner.handle([step]);
    steps.push([done?.status ?? '', ...(done?.effects ?? []).map(({ id, type }) => `${id} ${type}`)]);
  }
  const details = await runner.get('b1');
  return { steps, details, record: (await platform.store.load('b1'))?.record };
}

it.each(Object.entries(STORES))('the whole walk on %s is the walk', async (_, makeStore) => {
  const publisher = memoryPublisher();
  const { steps, details, record } = await outcome({ store: await makeStore(), publisher });
  expect(steps).toEqual([...WALK, ...WALK.map(() => ['duplicate'])]);
  expect(publisher.published.map(({ id, type }) => `${id} ${type}`)).toEqual(
    WALK.flatMap(([, ...effects]) => effects),
  );
  expect(details).toMatchObject({
    status: 'done',
    value: 'Done',
    output: { summary: 'Light bends.' },
    outbox: [],
    wakeAt: null,
  });
  const wanted = await outcome({ store: memoryStore(), publisher: memoryPublisher() });
  expect(record).toEqual(wanted.record);
});

it('the whole walk on a store that takes the effects along is the walk', async () => {
  const platform = closing(localPlatform({ dir: await tempFolder() }));
  const got: string[] = [];
  platform.bus.subscribe({
    name: 'all',
    types: ['*'],
    handler: async (events) => void got.push(...events.map(({ id, type }) => `${id} ${type}`)),
  });
  const { steps, details } = await outcome(platform);
  await platform.idle();
  expect(steps).toEqual([...WALK, ...WALK.map(() => ['duplicate'])]);
  expect(got).toEqual(WALK.flatMap(([, ...effects]) => effects));
  expect(details).toMatchObject({ status: 'done', output: { summary: 'Light bends.' }, outbox: [] });
});
