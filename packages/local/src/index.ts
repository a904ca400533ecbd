export type { LocalBusOptions } from './bus-settings.ts';
export type { DeadLetter } from './dead-letters.ts';
export { fileObjects } from './file-objects.ts';
export { type FileStoreOptions, fileStore } from './file-store.ts';
export { type LocalBus, localBus } from './local-bus.ts';
export { type LocalHandlerOptions, localHandler } from './local-handler.ts';
export { type LocalLock, type LocalLockOptions, localLock } from './local-lock.ts';
export {
  type AttachOptions,
  type LocalPlatform,
  type LocalPlatformOptions,
  localPlatform,
} from './local-platform.ts';
export { type SqliteDatabase, type SqliteDatabaseOptions, sqliteDatabase } from './sqlite-database.ts';
export { type SqliteJournal, type SqliteJournalOptions, sqliteJournal } from './sqlite-journal.ts';
export { type SqliteStore, type SqliteStoreOptions, sqliteStore } from './sqlite-store.ts';
export type { FailedEvent, HandlerAnswer, KnownSubscription, Subscription } from './subscription.ts';
export type { CarriedEvents, TransactionalPublisher } from './transactional-publisher.ts';
