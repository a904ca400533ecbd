import type { CloudEvent } from './cloud-event.ts';
import type { MachineEvent } from './engine/engine.ts';
import { XorcaError } from './errors.ts';
import type { EventTransform } from './orchestrator-options.ts';

/** What the machine gets for a CloudEvent. Its type is never taken from the data: nobody can pass one event off as another. */
export function machineEvent(event: CloudEvent, transform: EventTransform | undefined): MachineEvent {
  if (!transform) return { type: event.type, data: event.data, cloudevent: event };
  const made = transform(event);
  if (typeof made?.type === 'string' && !made.type.startsWith('xstate.')) return made;
  throw new XorcaError(
    'XORCA_CONFIG',
    `onCloudEvent[${JSON.stringify(event.type)}] must return an event with a type of its own, not ${JSON.stringify(made)?.slice(0, 80)}.`,
  );
}
