import { type StoreCase, withPlainStore } from './store-case.ts';
import { deleteCases } from './store-delete-cases.ts';
import { dueCases } from './store-due-cases.ts';
import { filterCases } from './store-filter-cases.ts';
import { idCases } from './store-id-cases.ts';
import { listCases } from './store-list-cases.ts';
import { outageCases } from './store-outage-cases.ts';
import { raceCases } from './store-race-cases.ts';
import { replyCases } from './store-reply-cases.ts';
import { saveCases } from './store-save-cases.ts';
import { sizeCases } from './store-size-cases.ts';
import { sweepCases } from './store-sweep-cases.ts';
import { cases } from './unshown.ts';

export type { MakeStore, StoreCase, StoreOutages, StoreUnderTest } from './store-case.ts';

/**
 * What every `ProcessStore` must do, as cases for any test runner. A case asks for one empty store, asserts error codes, never
 * messages, and waits only where an index follows late. A maker gives the store, or a `StoreUnderTest` with what of its world
 * can be moved: its limit, its clock, its outages. A case that needs one of these shows nothing without it, and says so in its name.
 *
 * @example
 * for (const { name, run } of storeContract) it(name, () => run(() => memoryStore()))
 */
export const storeContract: readonly StoreCase[] = cases([
  ...[
    ...saveCases,
    ...raceCases,
    ...replyCases,
    ...dueCases,
    ...listCases,
    ...filterCases,
    ...deleteCases,
    ...idCases,
  ].map(withPlainStore),
  ...sizeCases,
  ...sweepCases,
  ...outageCases,
]);
