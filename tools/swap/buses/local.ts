import { join } from 'node:path';
import { isSettled } from '@xorca/core';
import { localBus, sqliteDatabase } from '@xorca/local';
import type { BusService } from '@xorca/testing';
import type { OpenBus, SwapBus } from '../parts.ts';

// What the claim checks of other buses take.
const MOST_EVENT_BYTES = 16 * 1024 * 1024;
// Deliveries of the suite fail on purpose, so often that they would become dead letters.
const MOST_ATTEMPTS = 1_000_000;

/** A file. */
export const local: SwapBus = {
  name: 'local bus',
  async open({ dir, clock }) {
    const database = sqliteDatabase({ path: join(dir, 'bus', 'xorca.db') });
    const options = { maxEventBytes: MOST_EVENT_BYTES, maxAttempts: MOST_ATTEMPTS, baseDelayMs: 0 };
    const bus = localBus({ database, clock, ...options });
    const open: OpenBus = {
      publisher: bus,
      local: { database, bus },
      subscribe(services) {
        for (const service of services) subscribe(service);
      },
      async stop() {
        await bus.close();
        database.close();
      },
    };
    return open;

    function subscribe(service: BusService): void {
      bus.subscribe({
        name: service.name,
        types: ['*'],
        // As `attach` of the local platform has it: a process has an order, the commands of a fleet have none.
        order: service.name === 'fleet' ? 'event' : 'subject',
        async handler(all) {
          const events = all.filter(({ type }) => service.wants(type));
          if (events.length === 0) return {};
          const outcomes = await service.handle(events);
          const failed = events.flatMap(({ id }, at) => {
            const outcome = outcomes[at];
            return outcome && isSettled(outcome) ? [] : [{ id, error: outcome?.error }];
          });
          return { failed };
        },
      });
    }
  },
};
