import type { Fleet, Orchestrator } from '@xorca/core';
import type { HandlerOptions } from '@xorca/core/handlers';

/** How a handler does its work. All have defaults; unknown names and unfit values are `XORCA_CONFIG`, at the cold start. */
export type LambdaOptions<What extends Orchestrator | Fleet = Orchestrator | Fleet> = HandlerOptions<What>;
