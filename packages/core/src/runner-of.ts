import { XorcaError } from './errors.ts';
import type { Fleet } from './fleet/fleet.ts';
import { createFleetRunner, type FleetRunner } from './fleet/fleet-runner.ts';
import type { FleetPlatform, FleetRunnerOptions } from './fleet/fleet-settings.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Platform } from './ports.ts';
import { createRunner, type Runner } from './runner.ts';
import type { RunnerOptions } from './runner-options.ts';

/**
 * The runner of whatever an entry point of a platform was given: an orchestrator or a fleet. `XORCA_CONFIG`, naming `where`, for anything
 * else, and for options and platforms that do not fit.
 */
export function runnerOf(
  what: Orchestrator | Fleet,
  platform: Platform | FleetPlatform,
  options: RunnerOptions | FleetRunnerOptions | undefined,
  where: string,
): Runner | FleetRunner {
  if (isFleet(what)) return createFleetRunner(what, platform, options as FleetRunnerOptions);
  if (isOrchestrator(what)) return createRunner(what, platform as Platform, options as RunnerOptions);
  throw new XorcaError(
    'XORCA_CONFIG',
    `${where} needs what createOrchestrator or createFleet made, not ${what === null ? 'null' : typeof what}.`,
  );
}

function isFleet(what: unknown): what is Fleet {
  return typeof (what as Fleet | undefined)?.handler === 'function';
}

function isOrchestrator(what: unknown): what is Orchestrator {
  return typeof (what as Orchestrator | undefined)?.machine === 'function';
}
