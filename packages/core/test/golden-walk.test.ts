import { expect, test } from 'vitest';
import { createRunner, memoryPublisher, memoryStore } from '../src/index.ts';
import { event, literature, walk } from './support/literature-machine.ts';

const setUp = () => {
  const store = memoryStore();
  const publisher = memoryPublisher();
  return { store, publisher, runner: createRunner(literature, { store, publisher }) };
};
const brief = (events: readonly { type: string; id: string }[]) => events.map(({ id, type }) => `${id} ${type}`);

test('an event for an unknown process gives nothing', async () => {
  const { runner, publisher } = setUp();
  const [outcome] = await runner.handle([event('b1', 'evt.books.fetch.success', { pages: [] })]);
  expect(outcome).toMatchObject({ status: 'unknown-process', effects: [] });
  expect(await runner.get('b1')).toBeUndefined();
  expect(publisher.published).toEqual([]);
});

test('the walk emits each command once, both checks in declaration order, and ends once', async () => {
  const { runner, publisher } = setUp();
  const seen: string[][] = [];
  for (const step of walk('b1')) {
    const [outcome] = await runner.handle([step]);
    expect(outcome?.status).toBe('applied');
    seen.push(brief(outcome?.effects ?? []));
  }
  expect(seen).toEqual([
    ['b1/1 cmd.books.fetch'],
    ['b1/2 cmd.gpt.summary'],
    ['b1/3 cmd.regulations.grounded', 'b1/4 cmd.regulations.compliant'],
    [],
    ['b1/5 notif.summary.done'],
  ]);
  expect(brief(publisher.published)).toEqual(seen.flat());
  expect(await runner.get('b1')).toMatchObject({ status: 'done', value: 'Done', output: { summary: 'Light bends.' }, outbox: [], wakeAt: null });

  const [after] = await runner.handle([event('b1', 'evt.gpt.summary.success', { summary: 'again' }, 'late')]);
  expect(after).toMatchObject({ status: 'unhandled', effects: [] });
});
