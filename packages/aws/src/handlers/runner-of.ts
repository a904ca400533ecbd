import {
  createFleetRunner,
  createRunner,
  type Fleet,
  type FleetPlatform,
  type FleetRunner,
  type FleetRunnerOptions,
  type Orchestrator,
  type Platform,
  type Runner,
  type RunnerOptions,
  XorcaError,
} from '@xorca/core';
import { assertOptions } from '@xorca/core/backend';
import { type EventHandler, readEventClaims } from '@xorca/core/codec';
import type { LambdaOptions } from './lambda-options.ts';

/** A runner, and of which kind it is. */
export type AnyRunner =
  | { readonly isFleet: false; readonly runner: Runner }
  | { readonly isFleet: true; readonly runner: FleetRunner };

/** Puts an orchestrator or a fleet on its platform; `XORCA_CONFIG` for anything else, saying what was given. */
export function runnerOf(what: unknown, platform: unknown, options: LambdaOptions, where: string): AnyRunner {
  const isPlatform = typeof platform === 'object' && platform !== null;
  if (isOrchestrator(what)) {
    if (!isPlatform) throw noPlatform(platform, where, 'a store and a publisher');
    const ports = platform as Platform;
    const runner = createRunner(what, ports, runnerOptions<RunnerOptions>(options));
    return { isFleet: false, runner: claiming(runner, ports, options, where) };
  }
  if (isFleet(what)) {
    if (!isPlatform) throw noPlatform(platform, where, 'a publisher');
    const ports = platform as FleetPlatform;
    const runner = createFleetRunner(what, ports, runnerOptions<FleetRunnerOptions>(options));
    return { isFleet: true, runner: claiming(runner, ports, options, where) };
  }
  throw new XorcaError(
    'XORCA_CONFIG',
    `${where} needs an orchestrator (of createOrchestrator) or a fleet (of createFleet) first; it was given ${described(what)}.`,
  );
}

// What `readEventClaims` reads by default.
const MOST_CLAIMED_BYTES = 16 * 1024 * 1024;

// Data that is fetched is as large as whoever set up the claim check lets it be: the runner must not refuse it then.
function runnerOptions<Options extends object>({ runner = {}, claimCheck }: LambdaOptions): Options {
  const { maxBytes = MOST_CLAIMED_BYTES } = claimCheck ?? {};
  return { ...(claimCheck ? { maxEventBytes: maxBytes } : {}), ...runner } as Options;
}

function claiming<R extends EventHandler>(
  runner: R,
  { clock }: Pick<Platform, 'clock'>,
  { claimCheck }: LambdaOptions,
  where: string,
): R {
  if (claimCheck === undefined) return runner;
  // Named here, since nobody who sets this option has called `readEventClaims`; and the clock is the platform's.
  assertOptions(claimCheck, ['objects', 'prefix', 'maxBytes'], `${where}({ claimCheck })`);
  return readEventClaims(runner, { ...claimCheck, ...(clock ? { clock } : {}) });
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
