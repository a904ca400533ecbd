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
 * else, saying what it is, and for options and platforms that do not fit.
 */
export function runnerOf(
  what: unknown,
  platform: unknown,
  options: RunnerOptions | FleetRunnerOptions,
  where: string,
): Runner | FleetRunner {
  const isPlatform = typeof platform === 'object' && platform !== null;
  if (isOrchestrator(what)) {
    if (!isPlatform) throw noPlatform(platform, where, 'a store and a publisher');
    return createRunner(what, platform as Platform, options as RunnerOptions);
  }
  if (isFleet(what)) {
    if (!isPlatform) throw noPlatform(platform, where, 'a publisher');
    return createFleetRunner(what, platform as FleetPlatform, options as FleetRunnerOptions);
  }
  throw new XorcaError(
    'XORCA_CONFIG',
    `${where} needs an orchestrator (of createOrchestrator) or a fleet (of createFleet) first; it was given ${described(what)}.`,
  );
}

// By what they can do, never by class: two copies of core may meet in one program.
function isOrchestrator(what: unknown): what is Orchestrator {
  const { machine, processId, versions } = (what ?? {}) as Partial<Orchestrator>;
  return typeof machine === 'function' && typeof processId === 'function' && Array.isArray(versions);
}

function isFleet(what: unknown): what is Fleet {
  const { handler, types, cancels } = (what ?? {}) as Partial<Fleet>;
  return typeof handler === 'function' && Array.isArray(types) && Array.isArray(cancels);
}

function noPlatform(platform: unknown, where: string, needs: string): XorcaError {
  return new XorcaError(
    'XORCA_CONFIG',
    `${where} needs a platform second, with ${needs}; it was given ${described(platform)}.`,
  );
}

function described(what: unknown): string {
  if (what === null || what === undefined) return String(what);
  if (Array.isArray(what)) return 'a list';
  if (typeof what === 'function') return `a function${what.name ? ` (${what.name})` : ''}`;
  if (typeof what !== 'object') return `a ${typeof what}`;
  const { handle, orchestrator, fleet, store, publisher, transition } = what as Record<string, unknown>;
  if (typeof handle === 'function' && orchestrator) return 'a runner: give the orchestrator it was made of';
  if (typeof handle === 'function' && fleet) return 'a fleet runner: give the fleet it was made of';
  if (typeof transition === 'function')
    return 'a machine of XState: make an orchestrator of it by createOrchestrator';
  if (store || publisher) return 'a platform: it comes second';
  const keys = Object.keys(what).slice(0, 10);
  return keys.length === 0 ? 'an empty object' : `an object with ${keys.join(', ')}`;
}
