import type { TableClient } from '@azure/data-tables';
import { XorcaError } from '@xorca/core';
import { type AzureConnection, azureService } from './azure-client.ts';
import { azureErrorName } from './azure-errors.ts';
import { shown } from './shown-value.ts';

/** What a `TableClient` of `@azure/data-tables` has, as far as it is asked for. */
export interface TableStorageClient {
  readonly tableName: string;
  getEntity(partitionKey: string, rowKey: string, options?: never): Promise<object>;
  createEntity(entity: never, options?: never): Promise<object>;
  updateEntity(entity: never, mode: never, options?: never): Promise<object>;
  upsertEntity(entity: never, mode: never, options?: never): Promise<object>;
  deleteEntity(partitionKey: string, rowKey: string, options?: never): Promise<object>;
  listEntities(options?: never): object;
  createTable(options?: never): Promise<void>;
}

/** A table of Storage. Its endpoint is `https://<account>.table.core.windows.net`. */
export interface TablePlace extends AzureConnection<TableStorageClient> {
  /** The name of a table; left out where `client` is given, which names one. */
  readonly table?: string;
}

/** An operation of Table Storage, as its REST documentation names it. */
export type TableAction =
  | 'GetEntity'
  | 'InsertEntity'
  | 'InsertOrReplaceEntity'
  | 'UpdateEntity'
  | 'DeleteEntity'
  | 'QueryEntities'
  | 'CreateTable';

/** What each call takes along: when to give up. */
export interface TableLimits {
  readonly abortSignal?: AbortSignal;
}

/** One table as the ports call it. */
export interface StorageTable {
  readonly name: string;
  /** Makes a call. What is an answer rather than a failure is thrown as the SDK throws it: see the predicates below. */
  call<Answer>(
    action: TableAction,
    make: (client: TableClient, limits: TableLimits) => Promise<Answer>,
    processId?: string,
  ): Promise<Answer>;
}

// https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#table-names
const NAME = /^(?!tables$)[a-z][a-z0-9]{2,62}$/i;
// For a client that is made here, each call with all its tries. A service that never answers must not take an invocation along, and the
// largest entity, 1.4 MB of base64, must come through a tenth of a megabyte a second.
const CALL_MS = 20_000;
// The SDK's own pauses grow from a second to 64; who waits here has an event in hand.
const RETRIES = { maxRetries: 2, retryDelayInMs: 500, maxRetryDelayInMs: 2_000 };

/** The table of a port's options; `XORCA_CONFIG` unless they name one. */
export function storageTable(options: TablePlace, where: string): StorageTable {
  const { client } = options;
  const table = tableName(options, where);
  const service = azureService<typeof import('./sdk/table-sdk.ts'), TableClient>(options, {
    where,
    sdk: '@azure/data-tables',
    method: 'getEntity',
    endpoint: 'https://<account>.table.core.windows.net',
    identity: {
      uris: ['tableServiceUri', 'serviceUri'],
      ofAccount: (account) => `https://${account}.table.core.windows.net`,
    },
    load: () => import('./sdk/table-sdk.ts'),
    fromConnection: (sdk, connection) =>
      sdk.TableClient.fromConnectionString(connection, table, {
        retryOptions: RETRIES,
        // A connection string that says http is an emulator's; the clients of blobs and queues take it, too.
        allowInsecureConnection: true,
      }),
    fromEndpoint: (sdk, endpoint, credential) =>
      new sdk.TableClient(endpoint.replace(/\/+$/, ''), table, credential as never, {
        retryOptions: RETRIES,
      }),
  });
  const limits = (): TableLimits => (client ? {} : { abortSignal: AbortSignal.timeout(CALL_MS) });

  return {
    name: table,
    async call(action, make, processId) {
      const connected = await service.client();
      try {
        return await make(connected, limits());
      } catch (cause) {
        if (isNoEntity(cause) || isRefused(cause) || isTooLarge(cause)) throw cause;
        throw service.failed(cause, {
          action,
          resource: `table ${JSON.stringify(table)}`,
          missing: 'Make it, by createTables of @xorca/azure or by your template, or correct its name.',
          role: 'Storage Table Data Contributor',
          ...(processId === undefined ? {} : { processId }),
        });
      }
    },
  };
}

function tableName({ table, client }: TablePlace, where: string): string {
  if (client !== undefined && table !== undefined) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `${where} has a client and a table: a client names its table, so leave one of them out.`,
    );
  }
  // What else a client lacks is told where it is looked at.
  if (client !== undefined) return String((client as TableStorageClient | null)?.tableName);
  if (typeof table === 'string' && NAME.test(table)) return table;
  throw new XorcaError(
    'XORCA_CONFIG',
    `${where} needs table: the name of a table of Storage, 3 to 63 letters and digits, a letter first, not ${shown(table)}.`,
  );
}

/** Whether an entity is not there. A table that is not there is another matter. */
export function isNoEntity(error: unknown): boolean {
  return /^(ResourceNotFound|EntityNotFound)$/.test(azureErrorName(error));
}

/** Whether the condition of a write did not hold: the entity is there already, or is another than was read. */
export function isRefused(error: unknown): boolean {
  return /^(EntityAlreadyExists|UpdateConditionNotSatisfied|ConditionNotMet)$/.test(azureErrorName(error));
}

/** Whether an entity was too large for Table Storage. */
export function isTooLarge(error: unknown): boolean {
  return /^(EntityTooLarge|PropertyValueTooLarge|RequestBodyTooLarge|TooManyProperties)$/.test(
    azureErrorName(error),
  );
}
