import type { FleetRunner } from '../fleet/fleet-runner.ts';
import type { FleetPlatform, FleetRunnerOptions } from '../fleet/fleet-settings.ts';
import type { Orchestrator } from '../orchestrator.ts';
import type { Platform } from '../ports.ts';
import type { Runner } from '../runner.ts';
import type { RunnerOptions } from '../runner-options.ts';

/** The platform that an orchestrator or a fleet runs on. */
export type PlatformOf<What> = What extends Orchestrator ? Platform : FleetPlatform;

/** The runner that is made of an orchestrator or a fleet. */
export type RunnerOf<What> = What extends Orchestrator ? Runner : FleetRunner;

/** What a runner of an orchestrator or a fleet can be told. */
export type RunnerOptionsOf<What> = What extends Orchestrator ? RunnerOptions : FleetRunnerOptions;
