import type { Work } from '@xorca/core/handlers';
import type { TimeLimits } from './functions-options.ts';
import type { FunctionsContext, FunctionsResponse } from './functions-types.ts';

/** One way into a function. */
export interface Trigger {
  /** What `@azure/functions` calls it: `serviceBusTrigger`. */
  readonly type: string;
  /** Whether something that came without a context is of its kind. */
  is?(input: unknown): boolean;
  take(call: Invocation): Promise<FunctionsResponse>;
}

/** An invocation, for the trigger that it came by. */
export interface Invocation {
  readonly work: Work;
  readonly input: unknown;
  readonly context: FunctionsContext;
  readonly limits: TimeLimits;
}
