import { expect, test } from 'vitest';
import { conflict, PublishError } from '../../src/errors.ts';
import {
  createCloudEvent,
  createFleet,
  createFleetRunner,
  memoryPublisher,
  memoryStore,
  onCommand,
} from '../../src/index.ts';
import { fetchBook } from '../support/contracts.ts';
import { virtualTime } from '../support/virtual-time.ts';
import { world } from '../support/world.ts';
import { observed } from './observed.ts';
import { ring } from './ring.ts';

const ours = { 'xorca.orchestrator': 'ring' };

test('events and steps are counted by what became of them, duplicates once more', async () => {
  const { telemetry, points } = observed();
  const { send, runner } = world(ring, { telemetry });
  await send('cmd.ring.start');
  await send('evt.next', { id: 'twice' });
  await send('evt.next', { id: 'twice' });
  await send('evt.bad');
  await runner.handle(['no JSON']);
  const by = (outcome: string, value: number) => ({
    attributes: { ...ours, 'xorca.outcome': outcome },
    value,
  });
  expect(await points('xorca.events')).toEqual([
    by('applied', 2),
    by('duplicate', 1),
    by('unhandled', 1),
    by('rejected', 1),
  ]);
  const step = { 'xorca.step': 'event' };
  expect(await points('xorca.steps')).toMatchObject([
    { attributes: { ...step, 'xorca.outcome': 'applied' }, value: 2 },
    { attributes: { ...step, 'xorca.outcome': 'duplicate' }, value: 1 },
    { attributes: { ...step, 'xorca.outcome': 'unhandled' }, value: 1 },
  ]);
  expect(await points('xorca.duplicates')).toEqual([{ attributes: ours, value: 1 }]);
});

test('a step is counted once, however many races were lost before', async () => {
  const { telemetry, points } = observed();
  const store = memoryStore();
  let races = 3;
  const save: typeof store.save = async (record, expected) => {
    if (races-- > 0) throw conflict(record.id, expected);
    return store.save(record, expected);
  };
  const { send } = world(ring, { telemetry, random: () => 0 }, { store: { ...store, save } });
  await send('cmd.ring.start');
  expect(await points('xorca.conflicts')).toEqual([{ attributes: ours, value: 3 }]);
  expect(await points('xorca.steps')).toMatchObject([{ value: 1 }]);
  expect(await points('xorca.step.duration')).toMatchObject([{ value: 4 }]);
});

test('steps that were never saved are not counted', async () => {
  const { telemetry, points } = observed();
  const save = () => Promise.reject(new Error('full'));
  const { send } = world(ring, { telemetry }, { store: { ...memoryStore(), save } });
  expect(await send('cmd.ring.start')).toMatchObject({ status: 'failed' });
  expect(await points('xorca.steps')).toEqual([]);
  expect(await points('xorca.events')).toMatchObject([
    { attributes: { 'xorca.outcome': 'failed' }, value: 1 },
  ]);
  expect(await points('xorca.storage.duration')).toEqual([
    { attributes: { ...ours, 'xorca.operation': 'load' }, value: 1 },
    { attributes: { ...ours, 'xorca.operation': 'save', 'error.type': '_OTHER' }, value: 1 },
  ]);
});

test('what is due, how late it is woken, and what is sent again', async () => {
  const { telemetry, points } = observed();
  const publisher = memoryPublisher();
  let isDown = true;
  const publish: typeof publisher.publish = async (events) => {
    if (isDown) throw new Error('down');
    await publisher.publish(events);
  };
  const { send, pass } = world(ring, { telemetry, wakeLimit: 2 }, { publisher: { publish } });
  for (const subject of ['p', 'q', 'r']) await send('cmd.ring.start', { subject });
  isDown = false;
  await pass(90_000);
  expect(await points('xorca.due.backlog')).toEqual([{ attributes: ours, value: 2 }]);
  expect(await points('xorca.wake.lag')).toEqual([{ attributes: ours, value: 2 }]);
  expect(await points('xorca.republished')).toEqual([{ attributes: ours, value: 2 }]);
  await pass(1);
  await pass(1);
  expect(await points('xorca.due.backlog')).toEqual([{ attributes: ours, value: 0 }]);
  expect(await points('xorca.published')).toEqual([
    { attributes: { ...ours, 'xorca.outcome': 'failed' }, value: 3 },
    { attributes: { ...ours, 'xorca.outcome': 'sent' }, value: 3 },
  ]);
});

test('processes are counted when they begin and end, and when they need somebody', async () => {
  const { telemetry, points } = observed();
  const { send, runner } = world(ring, { telemetry });
  await send('cmd.ring.start');
  await send('evt.bad');
  await send('evt.bad');
  await runner.cancel('p');
  const by = (status: string) => ({
    attributes: { ...ours, 'xorca.version': '1.0.0', 'xorca.status': status },
    value: 1,
  });
  expect(await points('xorca.processes')).toEqual([by('active'), by('cancelled')]);
  expect(await points('xorca.problems')).toEqual([{ attributes: ours, value: 1 }]);
});

test('an event that the bus refuses for good is counted as refused', async () => {
  const { telemetry, points } = observed();
  const publish = (events: readonly { id: string }[]) =>
    Promise.reject(new PublishError(events.map(({ id }) => ({ id, reason: 'no', retryable: false }))));
  const { send } = world(ring, { telemetry }, { publisher: { publish } });
  await send('cmd.ring.start');
  expect(await points('xorca.published')).toMatchObject([
    { attributes: { 'xorca.outcome': 'refused' }, value: 1 },
  ]);
});

test('commands are counted by their type, outcome and answer', async () => {
  const { telemetry, points } = observed();
  const time = virtualTime();
  const fleet = createFleet({
    name: 'shelf',
    source: '/srvc/books',
    handlers: [
      onCommand(fetchBook, ({ bookId }, { fail }) => {
        if (bookId === 'boom') throw new Error('boom');
        return bookId === 'none' ? fail({ reason: 'none' }) : { pages: [] };
      }),
    ],
  });
  const runner = createFleetRunner(
    fleet,
    { publisher: memoryPublisher(), clock: time, timers: time },
    { telemetry, report() {} },
  );
  const command = (id: string, bookId: string, type: string = fetchBook.type) =>
    createCloudEvent({ type, source: '/test', subject: 'p', id, data: { bookId } });
  await runner.handle([
    command('1', 'opticks'),
    command('2', 'none'),
    command('3', 'boom'),
    command('4', '', 'cmd.a-stranger-says'),
    command('5', '', fetchBook.cancel),
  ]);
  const by = (command: string, outcome: string, answer: string) => ({
    attributes: {
      'xorca.fleet': 'shelf',
      'xorca.command': command,
      'xorca.outcome': outcome,
      'xorca.answer': answer,
    },
    value: 1,
  });
  const commands = await points('xorca.commands');
  expect(commands).toHaveLength(5);
  expect(commands).toEqual(
    expect.arrayContaining([
      by(fetchBook.type, 'applied', 'success'),
      by(fetchBook.type, 'applied', 'error'),
      by(fetchBook.type, 'failed', 'none'),
      by(fetchBook.cancel, 'unhandled', 'none'),
    ]),
  );
  expect(JSON.stringify(commands)).not.toContain('a-stranger');
});

test('no metric has a process, an id or a type that strangers choose among its attributes', async () => {
  const { telemetry, points } = observed();
  const { send, pass } = world(ring, { telemetry });
  const strange = { subject: 'strange', id: 'strange', source: '/strange' };
  await send('cmd.ring.start', strange);
  await send('evt.strange', { ...strange, id: 'strange-2' });
  await pass(3_600_000);
  for (const name of ['events', 'steps', 'step.duration', 'run.duration', 'storage.duration', 'event.lag']) {
    const found = await points(`xorca.${name}`);
    expect(found).not.toEqual([]);
    expect(JSON.stringify(found)).not.toContain('strange');
  }
});

test('every span and metric has the attributes that were asked for', async () => {
  const { telemetry, points, spans } = observed({ attributes: { 'service.stage': 'test' } });
  const { send, runner } = world(ring, { telemetry });
  await send('cmd.ring.start');
  await runner.wake();
  for (const span of spans()) expect(span.attributes).toMatchObject({ 'service.stage': 'test' });
  for (const name of ['xorca.events', 'xorca.due.backlog', 'xorca.published']) {
    expect(await points(name)).toMatchObject([{ attributes: { 'service.stage': 'test' } }]);
  }
});

test('an unknown option is refused, and so is what is no telemetry', () => {
  expect(() => observed({ attribute: {} } as never)).toThrow(/option "attribute".*"attributes"/);
  expect(() => world(ring, { telemetry: {} as never })).toThrow(/has no begin/);
});
