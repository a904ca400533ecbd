import { assign, setup } from 'xstate';
import {
  type CloudEvent,
  createCloudEvent,
  createOrchestrator,
  createRunner,
  memoryPublisher,
  memoryStore,
  type Platform,
  type RunnerOptions,
} from '../../src/index.ts';

/** Asks for a parcel when it begins, counts what arrives, and ends. */
const parcels = createOrchestrator({
  name: 'parcels',
  machines: {
    '1': setup({
      types: { context: {} as { count: number }, events: {} as { type: 'evt.parcel' } | { type: 'evt.end' } },
    }).createMachine({
      context: { count: 0 },
      initial: 'Waiting',
      states: {
        Waiting: {
          on: {
            'evt.parcel': { actions: assign({ count: ({ context }) => context.count + 1 }) },
            'evt.end': 'Ended',
          },
        },
        Ended: { type: 'final' },
      },
    }),
  },
  startOn: 'evt.begin',
  onOrchestrationState: {
    Waiting: () => ({ type: 'cmd.parcel.send' }),
    Ended: () => ({ type: 'notif.parcels.ended' }),
  },
});

/** Memory ports under the parcels, with a clock that only the test moves. */
export function shop(platform: Partial<Platform> = {}, options: RunnerOptions = {}) {
  const store = memoryStore();
  const publisher = memoryPublisher();
  const time = { now: 1_800_000_000_000 };
  const clock = { now: () => time.now };
  const make = (more: Partial<Platform> = {}, moreOptions: RunnerOptions = {}) =>
    createRunner(
      parcels,
      { store, publisher, clock, ...platform, ...more },
      { report: () => {}, random: () => 0, ...options, ...moreOptions },
    );
  return { store, publisher, time, make, types: () => publisher.published.map(({ type }) => type) };
}

/** An event from outside. */
export function event(type: string, id = type, part: Partial<CloudEvent> = {}): CloudEvent {
  return createCloudEvent({ id, type, source: '/outside', subject: 'p', ...part });
}
