import { type EventHandler, readEventClaims } from '../event-claims/read-event-claims.ts';
import type { FleetRunner } from '../fleet/fleet-runner.ts';
import type { FleetRunnerOptions } from '../fleet/fleet-settings.ts';
import { assertOptions } from '../options.ts';
import type { Platform } from '../ports.ts';
import type { Runner } from '../runner.ts';
import { runnerOf } from '../runner-of.ts';
import type { RunnerOptions } from '../runner-options.ts';
import type { HandlerOptions } from './handler-options.ts';

/** A runner, and of which kind it is. */
export type AnyRunner =
  | { readonly isFleet: false; readonly runner: Runner }
  | { readonly isFleet: true; readonly runner: FleetRunner };

/** Puts an orchestrator or a fleet on its platform; `XORCA_CONFIG` for anything else, saying what was given. */
export function handlerRunner(
  what: unknown,
  platform: unknown,
  options: HandlerOptions,
  where: string,
): AnyRunner {
  const runner = runnerOf(what, platform, runnerOptions(options), where);
  const ports = platform as Pick<Platform, 'clock'>;
  return 'fleet' in runner
    ? { isFleet: true, runner: claiming(runner, ports, options, where) }
    : { isFleet: false, runner: claiming(runner, ports, options, where) };
}

// What `readEventClaims` reads by default.
const MOST_CLAIMED_BYTES = 16 * 1024 * 1024;

// Data that is fetched is as large as whoever set up the claim check lets it be: the runner must not refuse it then.
function runnerOptions({ runner = {}, claimCheck }: HandlerOptions): RunnerOptions | FleetRunnerOptions {
  const { maxBytes = MOST_CLAIMED_BYTES } = claimCheck ?? {};
  return { ...(claimCheck ? { maxEventBytes: maxBytes } : {}), ...runner };
}

function claiming<R extends EventHandler>(
  runner: R,
  { clock }: Pick<Platform, 'clock'>,
  { claimCheck }: HandlerOptions,
  where: string,
): R {
  if (claimCheck === undefined) return runner;
  // Named here, since nobody who sets this option has called `readEventClaims`; and the clock is the platform's.
  assertOptions(claimCheck, ['objects', 'prefix', 'maxBytes'], `${where}({ claimCheck })`);
  return readEventClaims(runner, { ...claimCheck, ...(clock ? { clock } : {}) });
}
