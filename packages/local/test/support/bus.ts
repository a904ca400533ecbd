import { join } from 'node:path';
import type { CloudEvent } from '@xorca/core';
import type { LocalBusOptions } from '../../src/bus-settings.ts';
import { localBus } from '../../src/local-bus.ts';
import type { HandlerAnswer, Subscription } from '../../src/subscription.ts';
import { closing, tempFolder } from './temp-folder.ts';
import { virtualTime } from './virtual-time.ts';

export const event = (id: string, subject = 'p', type = 'evt.test'): CloudEvent => ({
  specversion: '1.0',
  id,
  source: '/test',
  type,
  subject,
});

/** A bus in a file of its own, or in one that is there, with virtual time. */
export async function openBus(
  options: Partial<Omit<LocalBusOptions, 'database' | 'path'>> = {},
  path?: string,
) {
  const time = virtualTime();
  const file = path ?? join(await tempFolder(), 'bus.db');
  const bus = closing(localBus({ path: file, clock: time, timers: time, random: () => 0.5, ...options }));
  return { bus, time, file };
}

/** A handler that notes what it got, call by call. */
export function notes(
  answer: (events: readonly CloudEvent[]) => HandlerAnswer | undefined = () => undefined,
) {
  const calls: string[][] = [];
  const handler = async (events: readonly CloudEvent[]) => {
    calls.push(events.map(({ id }) => id));
    return answer(events) ?? {};
  };
  return { calls, handler };
}

/** A handler that takes everything. */
export const quiet = { handler: async () => {} };

/** A subscription to take `evt.*`. */
export const books = (part: Pick<Subscription, 'handler'> & Partial<Subscription>): Subscription => ({
  name: 'books',
  types: ['evt.*'],
  ...part,
});
