/**
 * What the ports call of a client: a `Pool` or a `Client` of `pg`, a `PGlite`, and whatever else has this method. Not a client within a
 * transaction of yours: what is saved must be committed when `save` answers.
 */
export interface PostgresClient {
  /** Runs one statement with its parameters (`$1`, …). A refusal of the server has its SQLSTATE as `code`. */
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** Which database: a client that you made and close, or a connection string, for which a pool is made with the first call. */
export type PostgresConnection =
  | { readonly client: PostgresClient }
  | {
      /** `postgres://user:password@host:5432/database`; needs the package `pg`. */
      readonly url: string;
    };

/** Where the tables are. The same for `createTables` and for all ports of a platform. */
export interface PostgresPlace {
  /** Default: the first schema of the connection's `search_path`. */
  readonly schema?: string;
  /** What the tables' names begin with. Letters, digits and `_`, at most 40. Default `xorca_`. */
  readonly prefix?: string;
}
