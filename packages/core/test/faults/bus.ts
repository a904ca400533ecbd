import type { CloudEvent } from '../../src/index.ts';
import { answers } from './machine.ts';
import type { Random } from './random.ts';

/** An at-least-once bus without order, with the fleet behind it. */
export interface FaultBus {
  /** Everything that was ever sent, in order. */
  readonly log: readonly CloudEvent[];
  readonly acknowledged: readonly CloudEvent[];
  send(event: CloudEvent): void;
  /** Takes some deliveries off the queue; each must be acknowledged or given back. */
  take(most: number): CloudEvent[];
  acknowledge(event: CloudEvent): void;
  giveBack(event: CloudEvent): void;
  readonly empty: boolean;
  /** What the bus records as published; the fleet answers commands, sometimes twice. */
  accept(event: CloudEvent): void;
}

export function faultBus(random: Random): FaultBus {
  const queue: CloudEvent[] = [];
  const log: CloudEvent[] = [];
  const acknowledged: CloudEvent[] = [];
  const bus: FaultBus = {
    log,
    acknowledged,
    get empty() {
      return queue.length === 0;
    },
    send(event) {
      queue.push(event);
      if (random.chance(0.2)) queue.push(event);
    },
    take(most) {
      const taken: CloudEvent[] = [];
      while (queue.length > 0 && taken.length < most)
        taken.push(queue.splice(random.whole(queue.length), 1)[0] as CloudEvent);
      return taken;
    },
    acknowledge(event) {
      acknowledged.push(event);
    },
    giveBack(event) {
      queue.push(event);
    },
    accept(event) {
      log.push(structuredClone(event));
      const type = answers[event.type];
      // The id of an answer follows from its command's, as every good service does it: a repeated command is answered alike.
      if (type)
        bus.send({
          specversion: '1.0',
          id: `re:${event.id}`,
          source: '/fleet',
          type,
          subject: event.subject as string,
          data: {},
        });
    },
  };
  return bus;
}
