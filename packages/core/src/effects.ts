import { type CloudEvent, describeEvent, faultOfEvent } from './cloud-event.ts';
import type { EngineEffect, MachineView } from './engine/engine.ts';
import { jsonFault } from './engine/json-fault.ts';
import { XorcaError } from './errors.ts';
import type { EffectEvent, StateMapping } from './orchestrator.ts';

/** What the events of one step have in common. */
export interface EffectContext {
  readonly mapping: (state: string) => StateMapping | undefined;
  /** `source` of events that name none. */
  readonly source: string;
  /** The process; also the `subject` of events that name none. */
  readonly id: string;
  readonly view: MachineView;
  readonly now: number;
  /** Largest event the publisher takes, in bytes of JSON. */
  readonly maxBytes: number | undefined;
}

/**
 * The CloudEvents that a step's effects amount to, in order, with ids `<process>/<number>` that go on from `counter`: the same
 * step gives the same ids. Throws for what nobody could deliver.
 */
export function toCloudEvents(
  effects: readonly EngineEffect[],
  counter: number,
  context: EffectContext,
): CloudEvent[] {
  const time = new Date(context.now).toISOString();
  return wantedEvents(effects, context).map((wanted, place) =>
    complete({ ...wanted, id: `${context.id}/${counter + place + 1}`, time }, context),
  );
}

/** What a step's effects ask to be sent, in order: emitted events and those that entered states are mapped to. */
export function wantedEvents(
  effects: readonly EngineEffect[],
  { mapping, id, view }: Pick<EffectContext, 'mapping' | 'id' | 'view'>,
): EffectEvent[] {
  return effects.flatMap((effect) => {
    if (effect.kind === 'emitted') return [effect.event];
    return mapping(effect.state)?.(id, effect.state, { context: effect.context, value: view.value }) ?? [];
  });
}

/** Fills in what an event did not say, and refuses what nobody could deliver. */
export function complete(
  wanted: EffectEvent & { readonly id: string; readonly time: string },
  context: Pick<EffectContext, 'id' | 'source' | 'maxBytes'>,
): CloudEvent {
  const event = {
    subject: context.id,
    source: context.source,
    datacontenttype: 'application/json',
    ...wanted,
    specversion: '1.0',
  } as CloudEvent;
  const fault = faultOfEvent(event) ?? jsonFault(event.data, 'data');
  if (fault)
    throw undeliverable(
      event,
      context.id,
      'XORCA_MACHINE',
      `${fault}. Put what it carries into data, as plain JSON`,
    );
  if (context.maxBytes !== undefined && isLarger(event, context.maxBytes)) {
    throw undeliverable(
      event,
      context.id,
      'XORCA_EVENT_TOO_LARGE',
      `it is larger than the ${context.maxBytes} bytes its publisher takes. Store the large part and send a reference`,
    );
  }
  return event;
}

function isLarger(event: CloudEvent, maxBytes: number): boolean {
  const text = JSON.stringify(event);
  // UTF-8 takes one to three bytes a UTF-16 unit: only in between must they be counted.
  if (text.length > maxBytes) return true;
  return text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes;
}

function undeliverable(
  event: CloudEvent,
  processId: string,
  code: 'XORCA_MACHINE' | 'XORCA_EVENT_TOO_LARGE',
  why: string,
): XorcaError {
  return new XorcaError(
    code,
    `${describeEvent(event)}, which process ${JSON.stringify(processId)} wanted to emit, cannot be sent: ${why}. The process is as it was before.`,
    { processId },
  );
}
