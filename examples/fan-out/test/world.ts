import {
  type CloudEvent,
  createCloudEvent,
  createRunner,
  memoryPublisher,
  memoryStore,
  type ProcessDetails,
} from '@xorca/core';
import type { Chapter } from '../src/contracts.ts';
import { bookSummaries } from '../src/orchestrator.ts';

/** A book of so many chapters that is being summarised, on memory ports; the test plays the services. */
export async function bookOf(count: number) {
  let now = Date.UTC(2026, 0, 1);
  const publisher = memoryPublisher();
  const runner = createRunner(bookSummaries, { store: memoryStore(), publisher, clock: { now: () => now } });
  const answered = new Set<string>();

  async function send(type: string, data: unknown, more: Partial<CloudEvent> = {}): Promise<void> {
    await runner.handle([createCloudEvent({ type, source: '/test', subject: 'book', data, ...more })]);
  }
  async function answer(command: CloudEvent, how: 'success' | 'error', data: unknown): Promise<void> {
    answered.add(command.id);
    await send(`${command.type.replace('cmd', 'evt')}.${how}`, data, { causationid: command.id });
  }

  await send('cmd.book.summarise', { bookId: 'book' });
  const chapters: readonly Chapter[] = Array.from({ length: count }, (_, n) => ({
    id: `${n}`,
    title: `Chapter ${n}`,
  }));
  return {
    sent: publisher.published,
    answer,
    /** Answers the first command: which chapters there are. */
    list: () => answer(publisher.published[0] as CloudEvent, 'success', { chapters }),
    refuse: (reason: string) => answer(publisher.published[0] as CloudEvent, 'error', { reason }),
    /** Commands for a chapter that were sent and not answered. */
    open: () =>
      publisher.published.filter(({ id, type }) => type === 'cmd.chapters.summarise' && !answered.has(id)),
    state: async () => (await runner.get('book')) as ProcessDetails,
    async pass(ms: number) {
      now += ms;
      await runner.wake();
    },
  };
}
