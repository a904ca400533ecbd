import { type CloudEvent, type Orchestrator, XorcaError } from '@xorca/core';
import { durationMs } from '@xorca/core/backend';
import { chanceFor } from './chance.ts';
import type { SimulationSettings } from './simulate-options.ts';
import { happened, type WorldState } from './world-state.ts';

/** Sends everything that comes from outside to one process. */
export function sendFromOutside(
  world: WorldState,
  settings: Pick<SimulationSettings, 'events' | 'orchestrators' | 'deploys'>,
  about: { readonly seed: number; readonly id: string },
): void {
  const { id, seed } = about;
  const random = chanceFor(seed, `events of ${id}`);
  const all = [...settings.orchestrators, ...settings.deploys];
  for (const [place, outside] of settings.events({ id, random }).entries()) {
    const { after, ...rest } = outside;
    const event: CloudEvent = {
      specversion: '1.0',
      id: `${place}@${id}`,
      source: '/outside',
      subject: id,
      ...rest,
    };
    const { type, subject = id } = event;
    const delayMs = after === undefined ? 0 : durationMs(after, `after of the event ${type}`);
    const waits = !all.some((one) => starts(one, type)) && !world.faults.strikes('overtake');
    happened(world, { from: 'outside', to: 'bus', text: `${type} ${event.id}`, processId: subject });
    if (!world.bus.send(event, { delayMs, ...(waits ? { until: subject } : {}) })) throw unwanted(type);
  }
}

/** Whether an event of this type starts a process. */
function starts({ startType, isSignal }: Orchestrator, type: string): boolean {
  return startType === type || isSignal(type);
}

function unwanted(type: string): XorcaError {
  return new XorcaError(
    'XORCA_CONFIG',
    `events of simulate sends ${type}, which nobody gets: a bus brings an orchestrator evt.*, what it has named (startOn, startOrSignal, onCloudEvent) and the answers to its commands. Name it there, or call it evt.*.`,
  );
}
