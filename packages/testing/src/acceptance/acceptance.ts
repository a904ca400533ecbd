import { cancelCase } from './cancel-case.ts';
import type { AcceptanceCase } from './cell.ts';
import { sizeCase } from './size-case.ts';
import { timerCase } from './timer-case.ts';
import { versionCase } from './version-case.ts';
import { walkCases } from './walk-cases.ts';

export type {
  AcceptanceCase,
  AcceptanceCell,
  BusService,
  BusUnderTest,
  OpenCell,
  ServiceParts,
} from './cell.ts';

/**
 * What a user may rely on, whatever the store and the bus: whole orchestrations with a fleet over the bus of a cell, by a virtual clock, as
 * cases for any test runner. The contracts show that a part keeps its promises; this shows that parts go together.
 *
 * @example
 * for (const { name, run } of acceptance) it(name, () => run({ open: () => ({ store: myStore(), bus: myBus() }) }))
 */
export const acceptance: readonly AcceptanceCase[] = [
  ...walkCases,
  timerCase,
  cancelCase,
  versionCase,
  sizeCase,
];
