import { z } from 'zod';
import type { XorcaError } from '../../src/errors.ts';
import {
  type CloudEvent,
  type CommandFunction,
  createCloudEvent,
  createFleet,
  createFleetRunner,
  defineCommand,
  type FleetOptions,
  type FleetRunnerOptions,
  type MemoryPublisher,
  memoryPublisher,
  onCommand,
} from '../../src/index.ts';
import { virtualTime } from '../support/virtual-time.ts';

/** Shapes whose two sides differ: a default on the way in, a number that travels as text on the way out. */
export const fetchBook = defineCommand('cmd.books.fetch', {
  input: z.object({ bookId: z.string(), pages: z.number().default(2) }),
  output: z.object({ pages: z.array(z.string()), words: z.string().transform(Number).optional() }),
  error: z.object({ reason: z.enum(['unknown-book', 'lent']) }),
});

/** Has neither input nor output. */
export const dust = defineCommand('cmd.books.dust', { input: z.undefined(), output: z.undefined() });

export type Fetch = CommandFunction<typeof fetchBook>;

export const pagesOf: Fetch = ({ bookId, pages }) => ({
  pages: Array.from({ length: pages }, (_, n) => `${bookId} ${n + 1}`),
});

/** A command for a process. */
export function command(id: string, data: unknown = { bookId: 'opticks' }, more: object = {}): CloudEvent {
  return createCloudEvent({ id, type: fetchBook.type, source: '/orch', subject: 'p1', data, ...more });
}

/** What calls it off. */
export function cancel(id: string, more: object = {}): CloudEvent {
  const event = {
    id: `${id}/cancel`,
    type: fetchBook.cancel,
    source: '/orch',
    subject: 'p1',
    causationid: id,
  };
  return createCloudEvent({ ...event, ...more });
}

export interface OpenLibraryOptions extends FleetRunnerOptions {
  readonly fleet?: Partial<FleetOptions>;
  readonly publisher?: MemoryPublisher;
  readonly time?: ReturnType<typeof virtualTime>;
}

/** A library on memory ports and virtual time. */
export function openLibrary(carryOut: Fetch = pagesOf, options: OpenLibraryOptions = {}) {
  const { fleet, publisher = memoryPublisher(), time = virtualTime(), ...runnerOptions } = options;
  const reports: XorcaError[] = [];
  const library = createFleet({
    name: 'library',
    source: '/srvc/books',
    handlers: [onCommand(fetchBook, carryOut), onCommand(dust, () => undefined)],
    ...fleet,
  });
  const runner = createFleetRunner(
    library,
    { publisher, clock: time, timers: time },
    { report: (error) => void reports.push(error), ...runnerOptions },
  );
  return { runner, library, time, reports, publisher, published: publisher.published };
}

/** A promise and what settles it. */
export function gate<Value = void>() {
  return Promise.withResolvers<Value>();
}

/** Lets everything go on that can without time passing. */
export const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
