export { type JournalCase, journalContract, type MakeJournal } from './journal-contract.ts';
export { type LockCase, type LockUnderTest, lockContract } from './lock-contract.ts';
export { type StoreCase, storeContract } from './store-contract.ts';
