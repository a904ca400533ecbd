export { type JournalCase, journalContract, type MakeJournal } from './contracts/journal-contract.ts';
export { type LockCase, type LockUnderTest, lockContract } from './contracts/lock-contract.ts';
export { type StoreCase, storeContract } from './contracts/store-contract.ts';
