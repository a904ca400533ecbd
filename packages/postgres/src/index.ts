export type { PostgresClient, PostgresConnection, PostgresPlace } from './client.ts';
export { type PostgresJournal, type PostgresJournalOptions, postgresJournal } from './postgres-journal.ts';
export { type PostgresLock, type PostgresLockOptions, postgresLock } from './postgres-lock.ts';
export { createTables, postgresSchema } from './postgres-schema.ts';
export { type PostgresStore, type PostgresStoreOptions, postgresStore } from './postgres-store.ts';
