import { faultOfEvent } from '../cloud-event.ts';
import { XorcaError } from '../errors.ts';
import { assertOptions } from '../options.ts';
import { assertHandler, type CommandHandler } from './on-command.ts';

/** The services of a fleet and the name they answer under: the argument of `createFleet`. Unknown names are `XORCA_CONFIG`. */
export interface FleetOptions {
  /** Names it in its stored answers and its queue: keep it. Default: its source. */
  readonly name?: string;
  /** `source` of its answers: `'/srvc/books'`. */
  readonly source: string;
  /** One for each command, made by `onCommand`. */
  readonly handlers: readonly CommandHandler[];
  /**
   * What becomes of an event of a type it has no handler for. `'skip'` (default): `unhandled`, taken off its queue, as is right
   * where one queue serves several fleets. `'reject'`: `rejected`, for the dead letters.
   */
  readonly unknown?: 'skip' | 'reject';
}

/** Services that answer commands: a pure description that knows no platform. */
export interface Fleet {
  readonly name: string;
  readonly source: string;
  /** The commands it answers. */
  readonly types: readonly string[];
  /** The events that call one of its commands off. */
  readonly cancels: readonly string[];
  readonly unknown: 'skip' | 'reject';
  /** What carries out commands of a type, or undefined. */
  handler(type: string): CommandHandler | undefined;
}

/**
 * A fleet: what takes `cmd.*` and answers `evt.*`, keeping the subject. `XORCA_CONFIG` for unknown options, a missing source, and
 * two handlers for one type.
 *
 * @example
 * const library = createFleet({ source: '/srvc/books', handlers: [onCommand(fetchBook, async ({ bookId }) => ({ pages }))] })
 */
export function createFleet(options: FleetOptions): Fleet {
  assertOptions(options ?? {}, ['name', 'source', 'handlers', 'unknown'], 'createFleet');
  const { source, handlers, unknown = 'skip' } = options ?? {};
  const { name = source } = options ?? {};
  assertSource(source);
  if (typeof name !== 'string' || name === '' || !name.isWellFormed()) {
    throw new XorcaError('XORCA_CONFIG', `name of createFleet must be text, not ${JSON.stringify(name)}.`);
  }
  if (unknown !== 'skip' && unknown !== 'reject') {
    throw new XorcaError(
      'XORCA_CONFIG',
      `unknown of createFleet must be 'skip' or 'reject', not ${JSON.stringify(unknown)}.`,
    );
  }
  const byType = handlersByType(handlers);
  const bound = [...byType.values()];
  return {
    name,
    source,
    unknown,
    types: [...byType.keys()],
    cancels: bound.map(({ contract }) => contract.cancel),
    handler: (type) => byType.get(type),
  };
}

function assertSource(source: string): void {
  const probe = { specversion: '1.0', id: 'a', type: 'a', subject: 'a', source };
  const fault = faultOfEvent(probe);
  if (fault)
    throw new XorcaError('XORCA_CONFIG', `createFleet needs a source, e.g. '/srvc/books': ${fault}.`);
}

function handlersByType(handlers: readonly CommandHandler[]): ReadonlyMap<string, CommandHandler> {
  if (!Array.isArray(handlers) || handlers.length === 0) {
    throw new XorcaError(
      'XORCA_CONFIG',
      'createFleet needs handlers: [onCommand(contract, async (input) => output)].',
    );
  }
  const byType = new Map<string, CommandHandler>();
  const taken = new Set<string>();
  for (const handler of handlers as readonly CommandHandler[]) {
    assertHandler(handler, 'createFleet({ handlers })');
    const { type, cancel } = handler.contract;
    for (const each of [type, cancel]) {
      if (taken.has(each)) {
        throw new XorcaError(
          'XORCA_CONFIG',
          `createFleet has two handlers that take ${each}. Keep one of them.`,
        );
      }
      taken.add(each);
    }
    byType.set(type, handler);
  }
  return byType;
}
