import type {
  Fleet,
  FleetRunner,
  FleetRunnerOptions,
  Orchestrator,
  Runner,
  RunnerOptions,
} from '@xorca/core';
import { assertOptions, runnerOf } from '@xorca/core/backend';
import type { AttachOptions, LocalPlatform } from './local-platform.ts';

/** How `localHandler` runs what it was given. Unknown names are `XORCA_CONFIG`. */
export interface LocalHandlerOptions<Options = RunnerOptions | FleetRunnerOptions> extends AttachOptions {
  /** Options of `createRunner` or `createFleetRunner`. */
  readonly runner?: Options;
}

/**
 * Puts an orchestrator or a fleet on a local platform, in one line: its runner, attached to the platform's bus. The counterpart of the
 * handlers of other platforms, so that an entry file differs from theirs by its platform alone.
 * Errors: `XORCA_CONFIG` for what is neither, and for unfit options.
 *
 * @example
 * const platform = localPlatform({ dir: '.xorca' })
 * export const orders = localHandler(orderSaga, platform)
 */
export function localHandler(
  orchestrator: Orchestrator,
  platform: LocalPlatform,
  options?: LocalHandlerOptions<RunnerOptions>,
): Runner;
export function localHandler(
  fleet: Fleet,
  platform: LocalPlatform,
  options?: LocalHandlerOptions<FleetRunnerOptions>,
): FleetRunner;
export function localHandler(
  what: Orchestrator | Fleet,
  platform: LocalPlatform,
  options: LocalHandlerOptions = {},
): Runner | FleetRunner {
  assertOptions(options, ['runner', 'types', 'onOutcome'], 'localHandler');
  const { runner: runnerOptions = {}, ...attachOptions } = options;
  const runner = runnerOf(what, platform, runnerOptions, 'localHandler');
  platform.attach(runner, attachOptions);
  return runner;
}
