import type {
  Clock,
  CloudEvent,
  EventPublisher,
  Fleet,
  FleetRunner,
  FleetRunnerOptions,
  Orchestrator,
  Outcome,
  ProcessStore,
  Runner,
  RunnerOptions,
} from '@xorca/core';
import { PublishError } from '@xorca/core';
import { runnerOf } from '@xorca/core/backend';
import type { Arrivals } from './arrivals.ts';
import type { BusService, ServiceParts } from './cell.ts';
import type { Life, Lives } from './life.ts';

/** What all functions of a world share. */
export interface Surroundings {
  readonly store: ProcessStore;
  readonly publisher: EventPublisher;
  readonly clock: Clock;
  readonly arrivals: Arrivals;
  readonly lives: Lives;
}

/** A service, and how the world itself calls it. */
export interface Service<R extends Runner | FleetRunner> extends BusService {
  /** One invocation for something else than deliveries: a wake, a start, a look. */
  call<Answer>(work: (runner: R) => Promise<Answer>): Promise<Answer>;
}

// Larger than any bus takes, so that claim checks are what bounds an event.
const MOST_EVENT_BYTES = 16 * 1024 * 1024;

/** The orchestrator as a service, in the version that is deployed at each call. It gets what services answer, and what tells observers. */
export function orchestratorService(around: Surroundings, deployed: () => Orchestrator): Service<Runner> {
  const wants = (type: string) => !type.startsWith('cmd.') || deployed().wants.includes(type);
  return service<Runner>(around, { name: 'orchestrator', deployed, wants, remembers: false });
}

/** The fleet as a service. It remembers its answers in the store of the cell, and leaves what is in `silent` unanswered. */
export function fleetService(
  around: Surroundings,
  what: Fleet,
  silent: Pick<Fleet, 'types' | 'cancels'> = { types: [], cancels: [] },
): Service<FleetRunner> {
  const known = [what, silent].flatMap(({ types, cancels }) => [...types, ...cancels]);
  const wants = (type: string) => known.includes(type);
  return service<FleetRunner>(around, { name: 'fleet', deployed: () => what, wants, remembers: true });
}

interface Kind {
  readonly name: string;
  readonly deployed: () => Orchestrator | Fleet;
  readonly wants: (type: string) => boolean;
  readonly remembers: boolean;
}

function service<R extends Runner | FleetRunner>(around: Surroundings, kind: Kind): Service<R> {
  const { lives, arrivals } = around;

  // A function starts anew for each invocation, as after every cold start: it knows nothing but what is stored.
  async function live<Answer>(
    delivers: boolean,
    work: (parts: ServiceParts, outcomes: Outcome[]) => Promise<Answer>,
  ): Promise<Answer> {
    const outcomes: Outcome[] = [];
    const answer = await lives.live(delivers, (life) =>
      work(
        partsOf(around, kind, life, (outcome) => outcomes.push(outcome)),
        outcomes,
      ),
    );
    arrivals.taken(outcomes);
    return answer;
  }

  const runnerIn = ({ what, platform, options }: ServiceParts) =>
    runnerOf(what, platform, options.runner ?? {}, 'the acceptance suite') as R;

  return {
    name: kind.name,
    wants: kind.wants,
    invoke: (run) => live(true, run),
    handle: (events) =>
      live(true, async (parts, outcomes) => {
        const all = await runnerIn(parts).handle(events);
        outcomes.push(...all);
        return all;
      }),
    call: (work) => live(false, (parts) => work(runnerIn(parts))),
  };
}

function partsOf(
  { store, publisher, clock, arrivals }: Surroundings,
  { deployed, remembers }: Kind,
  life: Life,
  onOutcome: (outcome: Outcome) => void,
): ServiceParts {
  const ports = life.ports({ store, publisher: counted(publisher, arrivals) }, arrivals.sent);
  const runner: RunnerOptions & FleetRunnerOptions = {
    maxEventBytes: MOST_EVENT_BYTES,
    report: () => {},
    ...(remembers ? { idempotency: { store: ports.store } } : {}),
  };
  return { what: deployed(), platform: { ...ports, clock }, options: { runner, onOutcome, log: () => {} } };
}

/** The publisher, and it is known what went out over it. */
export function counted(publisher: EventPublisher, arrivals: Arrivals): EventPublisher {
  const { maxEventBytes } = publisher;
  return {
    ...(maxEventBytes === undefined ? {} : { maxEventBytes }),
    async publish(events: readonly CloudEvent[]) {
      try {
        await publisher.publish(events);
      } catch (error) {
        if (error instanceof PublishError) {
          const failed = new Set(error.failed.map(({ id }) => id));
          arrivals.sent(events.filter(({ id }) => !failed.has(id)));
        }
        throw error;
      }
      arrivals.sent(events);
    },
  };
}
