import { type CloudEvent, describeEvent, faultOfEvent } from './cloud-event.ts';
import { type EventContract, type StandardSchema, validateNow } from './contract.ts';
import type { EngineEffect, MachineView } from './engine/engine.ts';
import { jsonFault } from './engine/json-fault.ts';
import { XorcaError } from './errors.ts';
import { isLarger } from './event-size.ts';
import type { EffectEvent, StateMapping } from './orchestrator-options.ts';
import type { Trace } from './record.ts';

/** What the events of one step have in common. */
export interface EffectContext {
  readonly mapping: (state: string) => StateMapping | undefined;
  /** The contract of an event that a machine emits, if it has one. */
  readonly emits: (type: string) => EventContract | undefined;
  /** `source` of events that name none. */
  readonly source: string;
  /** The process; also the `subject` of events that name none. */
  readonly id: string;
  readonly view: MachineView;
  readonly now: number;
  /** Largest event the publisher takes, in bytes of JSON. */
  readonly maxBytes: number | undefined;
  /** The trace of what caused them. */
  readonly trace: Trace | undefined;
  /** Hears under which id a command goes out. */
  readonly sent: (command: string, id: string) => void;
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
  const events: CloudEvent[] = [];
  for (const effect of effects) {
    const wanted = wantedEvent(effect, context);
    if (!wanted) continue;
    const id = `${context.id}/${counter + events.length + 1}`;
    // All attempts share it: what a service is told twice to do, it can tell from two things to do.
    const command = effect.kind === 'command' ? { commandid: effect.first ?? id } : undefined;
    const event = complete({ ...context.trace, ...wanted, ...command, id, time }, context);
    const schema = effect.kind === 'command' ? effect.contract.input : context.emits(event.type)?.data;
    if (schema) assertFits(event, schema, context.id);
    if (effect.kind === 'command') context.sent(effect.command, id);
    events.push(event);
  }
  return events;
}

/** What an effect asks to be sent: the event itself, the one that an entered state is mapped to, a command or its cancelling. */
export function wantedEvent(
  effect: EngineEffect,
  { mapping, id, view }: Pick<EffectContext, 'mapping' | 'id' | 'view'>,
): EffectEvent | undefined {
  switch (effect.kind) {
    case 'emitted':
      return effect.event;
    case 'entered':
      return mapping(effect.state)?.(id, effect.state, { context: effect.context, value: view.value });
    case 'command':
      // Who carries it out as a process of its own needs one id for itself and another to answer to.
      return { type: effect.contract.type, data: effect.input, replyto: id };
    case 'cancel':
      return cancelEvent(effect.contract.cancel, effect.id, effect.first, id);
  }
}

/** The event that calls a command off. */
export function cancelEvent(
  type: string,
  command: string | undefined,
  first: string | undefined,
  processId: string,
): EffectEvent {
  return { type, causationid: command, commandid: first, replyto: processId };
}

/** Throws `XORCA_CONTRACT` for an event whose data breaks its own contract. */
export function assertFits(event: CloudEvent, schema: StandardSchema, processId: string): void {
  const checked = validateNow(schema, event.data, event.type);
  if ('value' in checked) return;
  throw undeliverable(
    event,
    processId,
    'XORCA_CONTRACT',
    `${checked.fault}. Correct what the machine puts into it, or its contract`,
  );
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

function undeliverable(
  event: CloudEvent,
  processId: string,
  code: 'XORCA_CONTRACT' | 'XORCA_EVENT_TOO_LARGE' | 'XORCA_MACHINE',
  why: string,
): XorcaError {
  return new XorcaError(
    code,
    `${describeEvent(event)}, which process ${JSON.stringify(processId)} wanted to emit, cannot be sent: ${why}. The process is as it was before.`,
    { processId },
  );
}
