import type { CloudEvent, Outcome } from '@xorca/core';
import type { BusDelivery } from './bus.ts';
import { isOwnFault } from './failing-machine.ts';
import type { Happening } from './happening.ts';
import type { Instance } from './sandbox.ts';
import { about, happened, note, type WorldState } from './world-state.ts';

/** What an invocation brings with it. */
export interface Invocation {
  readonly deliveries: readonly BusDelivery[];
  /** Whether it wakes what is due. */
  readonly wakes: boolean;
}

const REDELIVER_AFTER_MS = 30_000;
// Some calls' time: see how long a call takes.
const MOST_TIME_LEFT_MS = 40;

/** Leads deliveries through an instance; answers their outcomes, or undefined when it died or broke down. */
export async function invoke(
  instance: Instance,
  { deliveries, wakes }: Invocation,
  silentAbout: ReadonlySet<string>,
): Promise<readonly Outcome[] | undefined> {
  const { world, life } = instance;
  const { faults, random } = world;
  const limit = faults.strikes('deadline') ? { deadlineAt: world.now + random.whole(MOST_TIME_LEFT_MS) } : {};
  const work = async (): Promise<readonly Outcome[]> => {
    if (wakes) {
      // A due timer and events of its process may come in one call or in two.
      for (const runner of instance.runners) await quietly(() => runner.wake(limit));
      for (const fleet of instance.fleets) if (fleet.isIdempotent) await quietly(() => fleet.wake(limit));
    }
    if (deliveries.length === 0) return [];
    const to = deliveries[0]?.to;
    const runner = instance.runners.find(({ orchestrator }) => orchestrator.name === to);
    const events = deliveries.map(({ event }) => event);
    if (runner) {
      const told = tell(world, instance.name, deliveries);
      const outcomes = await runner.handle(events, limit);
      // Whose process it is not is no part of its story.
      for (const [place, one] of told.entries())
        if (outcomes[place]?.status === 'foreign') forget(world, one);
      return outcomes;
    }
    const fleet = instance.fleets.find((one) => one.fleet.name === to);
    return fleet ? serve(instance, fleet, events, silentAbout, limit) : [];
  };
  const done = await Promise.race([work(), life.death]);
  return done === 'dead' ? undefined : done;
}

async function serve(
  { world, name }: Instance,
  runner: Instance['fleets'][number],
  events: readonly CloudEvent[],
  silentAbout: ReadonlySet<string>,
  limit: { readonly deadlineAt?: number },
): Promise<readonly Outcome[]> {
  const { faults } = world;
  const fleet = runner.fleet.name;
  const outcomes: Outcome[] = [];
  for (const event of events) {
    const processId = event.subject as string;
    if (silentAbout.has(event.type) && faults.strikes('silent')) {
      happened(world, {
        from: 'bus',
        to: fleet,
        text: `${event.type} ${event.id}, never answered`,
        processId,
        isLost: true,
      });
      outcomes.push({ status: 'applied', event, effects: [] });
    } else if (faults.strikes('failing')) {
      happened(world, {
        from: 'bus',
        to: fleet,
        text: `${event.type} ${event.id}, it breaks down`,
        processId,
        isLost: true,
      });
      outcomes.push({ status: 'failed', event, effects: [] });
    } else {
      happened(world, { from: 'bus', to: fleet, text: `${event.type} ${event.id} (on ${name})`, processId });
      outcomes.push(...(await runner.handle([event], limit)));
    }
  }
  return outcomes;
}

/** Takes deliveries off their queue or gives them back, as a bus does by their outcomes. */
export function acknowledge(
  world: WorldState,
  instance: Instance,
  deliveries: readonly BusDelivery[],
  outcomes: readonly Outcome[] | undefined,
  unhandled: (processId: string, event: CloudEvent) => void,
): void {
  for (const [place, delivery] of deliveries.entries()) {
    const outcome = outcomes?.[place];
    if (outcome?.error && isOwnFault(outcome.error) && outcome.status === 'failed') {
      const { message, processId } = outcome.error;
      world.observer.blame({ invariant: 'no step fails', message, ...about(processId) });
    }
    if (!outcome || outcome.status === 'failed') {
      if (outcome?.error)
        note(instance, `${delivery.event.id} failed: ${outcome.error.message}`, delivery.event.subject);
      world.bus.giveBack(delivery, REDELIVER_AFTER_MS, outcome?.error?.message);
      continue;
    }
    const { event, to } = delivery;
    const runner = instance.runners.find(({ orchestrator }) => orchestrator.name === to);
    if (runner) {
      const processId = runner.orchestrator.processId(event);
      if (outcome.status !== 'applied' && outcome.status !== 'foreign') {
        const why = outcome.reason ? `: ${outcome.reason}` : '';
        note(instance, `${event.id} is ${outcome.status}${why}`, processId);
      }
      world.observer.acknowledged(processId, event, outcome);
      // A late answer is nobody's: that it was not taken explains nothing.
      const { versions, answer } = runner.orchestrator;
      const isAnswer = versions.some((version) => answer(event.type, version));
      if (outcome.status === 'unhandled' && !isAnswer) unhandled(processId, event);
    } else if (outcome.status === 'rejected') {
      world.observer.blame({
        invariant: 'no lost event',
        processId: event.subject as string,
        message: `${to} rejected ${event.type} ${event.id}: ${outcome.error?.message ?? 'no reason given'}`,
      });
    }
    if (world.faults.strikes('redeliver')) world.bus.giveBack(delivery, REDELIVER_AFTER_MS);
  }
}

function tell(world: WorldState, to: string, deliveries: readonly BusDelivery[]): readonly Happening[] {
  return deliveries.map(({ event }) =>
    happened(world, {
      from: 'bus',
      to,
      text: `${event.type} ${event.id}`,
      processId: event.subject as string,
    }),
  );
}

function forget({ happenings }: WorldState, one: Happening): void {
  happenings.splice(happenings.lastIndexOf(one), 1);
}

// A wake that fails is made again by the next round.
async function quietly(call: () => Promise<unknown>): Promise<void> {
  await call().catch(() => {});
}
