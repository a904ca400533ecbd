import {
  type CloudEvent,
  createCloudEvent,
  createRunner,
  memoryPublisher,
  memoryStore,
  type Outcome,
  type ProcessDetails,
} from '@xorca/core';
import { orders } from '../src/orchestrator.ts';

const LARGE_ORDER = { item: 'organ', quantity: 1, amount: 900_000, card: 'valid', city: 'Passau' };

/** One order `o` on memory ports, with a clock that only the test moves. The test plays the services. */
export async function placedOrder(amount = LARGE_ORDER.amount) {
  let now = Date.UTC(2026, 0, 5);
  let count = 0;
  const publisher = memoryPublisher();
  const runner = createRunner(orders, { store: memoryStore(), publisher, clock: { now: () => now } });
  async function send(type: string, data: unknown, more: Partial<CloudEvent> = {}): Promise<Outcome> {
    const event = createCloudEvent({
      type,
      source: '/test',
      subject: 'o',
      id: `in-${++count}`,
      data,
      ...more,
    });
    return (await runner.handle([event]))[0] as Outcome;
  }
  await send('evt.order.placed', { ...LARGE_ORDER, amount });
  return {
    runner,
    send,
    /** The types of everything it sent. */
    sent: () => publisher.published.map(({ type }) => type),
    state: async () => (await runner.get('o')) as ProcessDetails,
    /** Answers the last command it sent. */
    answer(how: 'success' | 'error', data: unknown = {}): Promise<Outcome> {
      const command = publisher.published.findLast(({ type }) => type.startsWith('cmd.')) as CloudEvent;
      return send(`${command.type.replace('cmd', 'evt')}.${how}`, data, { causationid: command.id });
    },
    /** Lets time pass, a timer after the other. */
    async pass(ms: number) {
      const end = now + ms;
      for (;;) {
        const next = (await runner.get('o'))?.wakeAt ?? Number.POSITIVE_INFINITY;
        if (next > end) break;
        now = Math.max(now, next);
        await runner.wake();
      }
      now = end;
      await runner.wake();
    },
  };
}
