import { type Duration, type Fleet, type Orchestrator, XorcaError } from '@xorca/core';
import { durationMs } from '@xorca/core/backend';
import type { HandlerOptions } from '@xorca/core/handlers';
import { invocationLog } from './invocation-log.ts';

/** How a handler does its work. All have defaults; unknown names and unfit values are `XORCA_CONFIG`, at the cold start. */
export interface FunctionsOptions<What extends Orchestrator | Fleet = Orchestrator | Fleet>
  extends HandlerOptions<What> {
  /**
   * How long an invocation may take: `functionTimeout` of `host.json`, which no function is told. Nothing new is begun after it, less
   * `stopBefore`. Default `'5m'`, the shortest that a plan has by default. A request by HTTP is answered within 230 s in any case.
   */
  readonly timeLimit?: Duration;
}

// https://learn.microsoft.com/en-us/azure/azure-functions/functions-scale#timeout: 5 minutes on Consumption, 30 on all other plans.
const TIME_LIMIT = '5m';
// The load balancer waits no longer for an answer, whatever the plan: https://learn.microsoft.com/en-us/azure/azure-functions/functions-scale#timeout
const LONGEST_REQUEST_MS = 230_000;

/** How long invocations may take, by their trigger. */
export interface TimeLimits {
  readonly anyMs: number;
  readonly httpMs: number;
}

/** The time limits of options; `XORCA_CONFIG` for one that is none. */
export function timeLimits({ timeLimit = TIME_LIMIT }: FunctionsOptions, where: string): TimeLimits {
  const anyMs = durationMs(timeLimit, `timeLimit of ${where}`);
  if (!(anyMs > 0)) {
    throw new XorcaError('XORCA_CONFIG', `timeLimit of ${where} must be longer than nothing.`);
  }
  return { anyMs, httpMs: Math.min(anyMs, LONGEST_REQUEST_MS) };
}

/** The options with the log of Functions where no other was asked for. */
export function withInvocationLog(options: FunctionsOptions): FunctionsOptions {
  return options?.log === undefined && options !== null && typeof options === 'object'
    ? { ...options, log: invocationLog }
    : options;
}
