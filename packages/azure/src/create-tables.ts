import { isXorcaError } from '@xorca/core';
import { assertOptions, systemTimers, type Timers } from '@xorca/core/backend';
import { CONNECTION_OPTIONS } from './azure-client.ts';
import { azureErrorName } from './azure-errors.ts';
import { storageTable, type TablePlace } from './table-client.ts';

/** Options of `createTables`. */
export interface CreateTablesOptions extends TablePlace {
  /** What waiting uses. Default: the system's timers. */
  readonly timers?: Timers;
}

// A table that was removed lately cannot be made again for 40 seconds or more
// (https://learn.microsoft.com/rest/api/storageservices/delete-table).
const TRY_EVERY_MS = 2_000;
const MOST_TRIES = 60;

/**
 * Makes the table of `tableStore`, waiting while one of that name is still being removed; doing it again changes nothing. It needs the role
 * "Storage Table Data Contributor". For development and tests: in production, let your template make it.
 * Errors: `XORCA_CONFIG` (options, no permission), `XORCA_UNAVAILABLE`.
 *
 * @example
 * await createTables({ connection: 'UseDevelopmentStorage=true', table: 'xorca' })
 */
export async function createTables(options: CreateTablesOptions): Promise<void> {
  assertOptions(options, [...CONNECTION_OPTIONS, 'table', 'timers'], 'createTables');
  const { timers = systemTimers } = options;
  const table = storageTable(options, 'createTables');
  for (let tries = 1; ; tries++) {
    try {
      // The SDK takes one that is there already for made.
      return await table.call('CreateTable', (client, limits) => client.createTable(limits));
    } catch (error) {
      if (!isXorcaError(error) || azureErrorName(error.cause) !== 'TableBeingDeleted') throw error;
      if (tries === MOST_TRIES) throw error;
    }
    await new Promise<void>((resolve) => timers.setTimeout(resolve, TRY_EVERY_MS));
  }
}
