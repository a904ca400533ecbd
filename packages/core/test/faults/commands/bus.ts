import type { CloudEvent } from '../../../src/index.ts';
import type { Random } from '../random.ts';
import { served } from './contracts.ts';

/** An at-least-once bus without order, and behind it a fleet that answers late, twice, wrongly or not at all. */
export interface CommandBus {
  readonly log: readonly CloudEvent[];
  /** Faults of the fleet, by kind. */
  readonly struck: ReadonlyMap<string, number>;
  send(event: CloudEvent, at?: number): void;
  take(most: number): CloudEvent[];
  giveBack(event: CloudEvent): void;
  accept(event: CloudEvent): void;
  readonly empty: boolean;
}

export function commandBus(random: Random, now: () => number, rate: () => number): CommandBus {
  const queue: Array<{ readonly event: CloudEvent; readonly at: number }> = [];
  const log: CloudEvent[] = [];
  const struck = new Map<string, number>();
  let answers = 0;

  const strikes = (what: string) => {
    if (!random.chance(rate() * 4)) return false;
    struck.set(what, (struck.get(what) ?? 0) + 1);
    return true;
  };
  const bus: CommandBus = {
    log,
    struck,
    send(event, at = now()) {
      queue.push({ event, at });
      if (random.chance(0.2)) queue.push({ event, at });
    },
    take(most) {
      const taken: CloudEvent[] = [];
      const ready = queue.filter(({ at }) => at <= now());
      while (ready.length > 0 && taken.length < most) {
        const [next] = ready.splice(random.whole(ready.length), 1);
        if (!next) break;
        queue.splice(queue.indexOf(next), 1);
        taken.push(next.event);
      }
      return taken;
    },
    giveBack(event) {
      queue.push({ event, at: now() });
    },
    get empty() {
      return queue.length === 0;
    },
    accept(event) {
      log.push(structuredClone(event));
      // A process of its own, in another function: its events come over the same bus.
      if (event.type === 'cmd.sub' || event.type === 'cmd.sub.cancel' || event.type.startsWith('evt.sub.')) {
        bus.send(event);
      }
      if (served.includes(event.type)) serve(event);
    },
  };

  function serve(command: CloudEvent): void {
    if (strikes('answer lost')) return;
    const late = strikes('answer late') ? 61_000 + random.whole(60_000) : 0;
    const bad = strikes('error answered');
    reply(command, bad ? 'error' : 'success', late);
    // A service that carried the command out twice: its second answer is another event.
    if (strikes('answered twice'))
      reply(command, random.pick(['success', 'error'] as const), random.whole(200_000));
    if (strikes('foreign answer'))
      reply({ ...command, id: `${command.id}/none` }, 'success', 0, { key: 'foreign' });
  }

  function reply(command: CloudEvent, how: 'success' | 'error', delay: number, data = command.data): void {
    bus.send(
      {
        specversion: '1.0',
        id: `answer-${++answers}`,
        source: '/fleet',
        type: `${command.type.replace('cmd.', 'evt.')}.${how}`,
        subject: command.subject as string,
        causationid: command.id,
        data,
      },
      now() + delay,
    );
  }
  return bus;
}
