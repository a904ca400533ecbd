import { type CloudEvent, isSettled } from '@xorca/core';
import type { BusService, BusUnderTest } from '../../src/index.ts';

/** A bus in this program: each event by itself, several at once, until it is taken. */
export function memoryBus(): BusUnderTest {
  const underWay = new Set<Promise<void>>();
  let services: readonly BusService[] = [];
  let stopped = false;

  async function deliver(service: BusService, text: string): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (stopped) return;
      const [outcome] = await service.handle([text]).catch(() => []);
      if (outcome && isSettled(outcome)) return;
    }
  }

  return {
    publisher: {
      async publish(events: readonly CloudEvent[]) {
        for (const event of events) {
          for (const service of services.filter(({ wants }) => wants(event.type))) {
            const delivery = deliver(service, JSON.stringify(event));
            underWay.add(delivery);
            void delivery.then(() => underWay.delete(delivery));
          }
        }
      },
    },
    subscribe(all) {
      services = all;
    },
    async stop() {
      stopped = true;
      await Promise.all(underWay);
    },
  };
}
