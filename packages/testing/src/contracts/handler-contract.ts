import { batchCases } from './handler-batch-cases.ts';
import type { HandlerCase } from './handler-case.ts';
import { handlerFailureCases } from './handler-failure-cases.ts';
import { cases } from './unshown.ts';

export type { HandlerCase, HandlerFixture, HandlerUnderTest, MakeHandler, Verdict } from './handler-case.ts';

/**
 * What every entry point of a cloud must do with what its trigger delivers, as cases for any test runner. A case brings an orchestrator
 * and a platform that fails when it should; the maker puts its handler on them, wraps texts into its trigger's envelopes, and reads the
 * answer. What a trigger cannot do by nature is said in `HandlerUnderTest`.
 *
 * @example
 * for (const { name, run } of handlerContract)
 *   it(name, () => run(({ orchestrator, platform }) => ({ deliver: deliverTo(myHandler(orchestrator, platform)) })))
 */
export const handlerContract: readonly HandlerCase[] = cases([...batchCases, ...handlerFailureCases]);
