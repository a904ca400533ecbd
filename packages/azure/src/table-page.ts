import type { StorageTable } from './table-client.ts';
import type { Entity } from './table-entity.ts';

/** What is asked for. */
export interface TableQuery {
  readonly filter: string;
  readonly select: string[];
  /** The most entities of a page, 1,000 at most. */
  readonly top: number;
  /** The `next` of the page before. */
  readonly token?: string | undefined;
}

/** A page of entities; it may be short, or empty, and have a `next`. */
export interface TablePage {
  readonly entities: readonly Entity[];
  readonly next: string | undefined;
}

/** One QueryEntities. */
export function queryPage(
  table: StorageTable,
  { filter, select, top, token }: TableQuery,
): Promise<TablePage> {
  return table.call('QueryEntities', async (client, limits) => {
    const found = client.listEntities<Entity>({ ...limits, queryOptions: { filter, select } });
    const settings = { maxPageSize: top, ...(token === undefined ? {} : { continuationToken: token }) };
    const { value: page } = await found.byPage(settings).next();
    return {
      entities: page ?? [],
      next: (page as { continuationToken?: string } | undefined)?.continuationToken,
    };
  });
}
