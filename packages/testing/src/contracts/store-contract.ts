import type { StoreCase } from './store-case.ts';
import { deleteCases } from './store-delete-cases.ts';
import { dueCases } from './store-due-cases.ts';
import { filterCases } from './store-filter-cases.ts';
import { idCases } from './store-id-cases.ts';
import { listCases } from './store-list-cases.ts';
import { raceCases } from './store-race-cases.ts';
import { saveCases } from './store-save-cases.ts';

export type { StoreCase } from './store-case.ts';

/**
 * What every `ProcessStore` must do, as cases for any test runner. A case asks for one empty store, asserts error codes, never
 * messages, and waits only where an index follows late.
 *
 * @example
 * for (const { name, run } of storeContract) it(name, () => run(() => memoryStore()))
 */
export const storeContract: readonly StoreCase[] = [
  ...saveCases,
  ...raceCases,
  ...dueCases,
  ...listCases,
  ...filterCases,
  ...deleteCases,
  ...idCases,
];
