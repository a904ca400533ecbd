import {
  type CloudEvent,
  createCloudEvent,
  createRunner,
  memoryPublisher,
  memoryStore,
  type Orchestrator,
  type Outcome,
  type Platform,
  type ProcessStore,
  type Runner,
  type RunnerOptions,
} from '../../src/index.ts';

/** An orchestrator on memory ports, with a clock that only tests move. */
export interface World {
  readonly runner: Runner;
  readonly store: ProcessStore;
  readonly sent: readonly CloudEvent[];
  readonly clock: { now(): number };
  /** The last event of a type that was sent. */
  last(type: string): CloudEvent;
  /** Sends the success of a command, given the command's event. */
  answer(command: CloudEvent, data?: unknown, id?: string): Promise<Outcome>;
  /** Sends the error of a command. */
  fail(command: CloudEvent, data?: unknown): Promise<Outcome>;
  send(type: string, part?: Partial<CloudEvent>): Promise<Outcome>;
  /** Lets time pass, then wakes. */
  pass(ms: number): Promise<void>;
  /** The same store and clock under another orchestrator, as after a deployment. */
  deploy(orchestrator: Orchestrator, options?: RunnerOptions): World;
}

export function world(
  orchestrator: Orchestrator,
  options: RunnerOptions = {},
  platform: Partial<Platform> = {},
  shared = {
    store: memoryStore(),
    publisher: memoryPublisher(),
    time: { at: Date.UTC(2026, 0, 1) },
    count: { n: 0 },
  },
): World {
  const { publisher, time, count } = shared;
  const store = platform.store ?? shared.store;
  const clock = { now: () => time.at };
  const runner = createRunner(orchestrator, { publisher, clock, ...platform, store }, options);
  const one = async (event: CloudEvent) => (await runner.handle([event]))[0] as Outcome;
  const made = (type: string, part: Partial<CloudEvent>) =>
    createCloudEvent({ type, source: '/test', subject: 'p', id: `in-${++count.n}`, ...part });
  const reply = (type: string, command: CloudEvent, data: unknown, id?: string) =>
    one(
      made(type, {
        ...(command.subject ? { subject: command.subject } : {}),
        causationid: command.id,
        data,
        ...(id ? { id } : {}),
      }),
    );
  const self: World = {
    runner,
    store,
    sent: publisher.published,
    clock,
    last(type) {
      const event = publisher.published.filter((sent) => sent.type === type).at(-1);
      if (!event)
        throw new Error(`no ${type} was sent, only ${publisher.published.map((sent) => sent.type)}`);
      return event;
    },
    answer: (command, data, id) => reply(`${command.type.replace(/^cmd/, 'evt')}.success`, command, data, id),
    fail: (command, data) => reply(`${command.type.replace(/^cmd/, 'evt')}.error`, command, data),
    send: (type, part = {}) => one(made(type, part)),
    async pass(ms) {
      time.at += ms;
      await runner.wake();
    },
    deploy: (next, nextOptions = options) => world(next, nextOptions, platform, shared),
  };
  return self;
}

/** The event in a place, which must be there. */
export function nth(events: readonly CloudEvent[], at: number): CloudEvent {
  const event = events[at];
  if (!event) throw new Error(`there are only ${events.length} events, none in place ${at}`);
  return event;
}
