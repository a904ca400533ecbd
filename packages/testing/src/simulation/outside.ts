import type { CloudEvent, Orchestrator } from '@xorca/core';
import { durationMs } from '@xorca/core/backend';
import { chanceFor } from './chance.ts';
import type { OutsideEvent, SimulationSettings } from './simulate-options.ts';
import { happened, type WorldState } from './world-state.ts';

/** Sends everything that comes from outside to one process. */
export function sendFromOutside(
  world: WorldState,
  settings: Pick<SimulationSettings, 'events' | 'orchestrators'>,
  about: { readonly seed: number; readonly id: string },
): void {
  const { id, seed } = about;
  const random = chanceFor(seed, `events of ${id}`);
  for (const [place, outside] of settings.events({ id, random }).entries()) {
    const { after, ...rest } = outside;
    const event = { specversion: '1.0', id: `${place}@${id}`, source: '/outside', subject: id, ...rest };
    const delayMs = after === undefined ? 0 : durationMs(after, `after of the event ${outside.type}`);
    const waits = !starts(settings.orchestrators, outside) && !world.faults.strikes('overtake');
    happened(world, { from: 'outside', to: 'bus', text: `${event.type} ${event.id}`, processId: id });
    world.bus.send(event as CloudEvent, { delayMs, ...(waits ? { until: id } : {}) });
  }
}

function starts(orchestrators: readonly Orchestrator[], { type }: OutsideEvent): boolean {
  return orchestrators.some((one) => one.startType === type || one.isSignal(type));
}
