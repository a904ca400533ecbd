import type { Orchestrator } from '@xorca/core';
import { ofKinds } from './faults.ts';
import { type Lived, live } from './live.ts';
import type { Replay } from './replay.ts';
import { type Retry, shrink } from './shrink.ts';
import {
  type Services,
  type SimulateOptions,
  type SimulationSettings,
  simulationSettings,
} from './simulate-options.ts';
import { simulationFailure } from './simulation-failure.ts';
import { reportOf, type SimulationReport } from './simulation-report.ts';

/**
 * Lives through seeded worlds full of faults: several functions at once, a bus that repeats, delays, reorders and loses, services that
 * are slow, silent or break down, a store with races, lost replies and outages, crashes at every call, months of time. Each world ends
 * in calm, and must have kept the eleven promises of `ARCHITECTURE.md` and your own. Nothing real is waited for.
 *
 * `orchestrators`: one or several; the `events` of the options go to the first one's processes. `services`: fleets that take
 * their commands, or a function that makes them anew for each world. Their handlers must answer at once: what they wait for in real
 * time makes a world that no seed gives again.
 *
 * On a broken promise it looks for the smallest world that breaks it too, and throws an `AssertionError` with its sequence
 * diagram and what lives through it again. `XORCA_CONFIG` for options that do not fit.
 *
 * @example
 * await simulate(orders, warehouse, { seeds: 200, invariant: ({ processes }) => [...processes.values()].every(isPaidOrCancelled) })
 */
export async function simulate(
  orchestrators: Orchestrator | readonly Orchestrator[],
  services?: Services,
  options: SimulateOptions = {},
): Promise<SimulationReport> {
  const settings = simulationSettings(orchestrators, services, options);
  // Where worlds are lived through again only to shrink one, no path is counted twice.
  const unwatched = () => simulationSettings(orchestrators, services, withoutCoverage(options));
  const { replay, firstSeed, seeds } = settings;
  const worlds: Lived[] = [];
  const begun = performance.now();
  for (let seed = replay?.seed ?? firstSeed; seed < (replay ? replay.seed + 1 : firstSeed + seeds); seed++) {
    const wanted: Replay = replay ?? { seed };
    const lived = await live(settings, wanted);
    if (lived.violations.length > 0) throw await failureOf(unwatched(), lived, wanted);
    worlds.push({ ...lived, happenings: [] });
  }
  return reportOf(worlds, performance.now() - begun);
}

async function failureOf(settings: SimulationSettings, lived: Lived, wanted: Replay): Promise<Error> {
  const { processes, handlers, orchestrators, shrinks } = settings;
  const retry: Retry = (replay, kinds) =>
    live(
      {
        ...settings,
        processes: replay.processes ?? processes,
        handlers: replay.handlers ?? handlers,
        rates: kinds ? ofKinds(settings.rates, kinds) : settings.rates,
      },
      replay,
    );
  const found = { lived, replay: { ...wanted, faults: lived.struck } };
  const shrunk = shrinks ? await shrink(lived, wanted, { processes, handlers }, retry) : found;
  return simulationFailure(orchestrators.map(({ name }) => name).join(', '), wanted.seed, shrunk);
}

function withoutCoverage({ coverage: _, ...options }: SimulateOptions): SimulateOptions {
  return options;
}
