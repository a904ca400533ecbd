import { metadata, withBody } from './binding-data.ts';
import { type FunctionsHost, functionOf } from './host.ts';
import type { Input } from './rpc.ts';
import { isBatch } from './service-bus-input.ts';

/** An event with an envelope of CloudEvents or of Event Grid. */
export interface DeliveredEvent {
  readonly data?: unknown;
}

/** What the host gives an Event Grid trigger for one event. */
function eventGridInput(event: DeliveredEvent): Input {
  const body = indented(event);
  const data = event.data === undefined ? undefined : { json: JSON.stringify(event.data) };
  return { data: { string: body }, triggerMetadata: withBody(metadata({ data }), body) };
}

/** What it gives a trigger with the cardinality 'many'. */
function eventGridBatchInput(events: readonly DeliveredEvent[]): Input {
  const data = { json: JSON.stringify(events.map((event) => event.data)) };
  return { data: { collectionString: { string: events.map(indented) } }, triggerMetadata: { data } };
}

/**
 * Delivers a call of Event Grid to a function: each event in an invocation of its own, all at once, or a batch in one. Rejects
 * when any of them failed, for which Event Grid delivers all again. EventGridExtensionConfigProvider.cs of
 * https://github.com/Azure/azure-sdk-for-net/tree/main/sdk/eventgrid/Microsoft.Azure.WebJobs.Extensions.EventGrid
 */
export async function eventGrid(
  functions: FunctionsHost,
  name: string,
  events: DeliveredEvent | readonly DeliveredEvent[],
): Promise<void> {
  const { trigger } = functionOf(functions, name, 'eventGridTrigger');
  const all = Array.isArray(events) ? (events as readonly DeliveredEvent[]) : [events as DeliveredEvent];
  const inputs = isBatch(trigger) ? [eventGridBatchInput(all)] : all.map(eventGridInput);
  const ends = await Promise.allSettled(inputs.map((input) => functions.invoke(name, input)));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

const indented = (event: DeliveredEvent) => JSON.stringify(event, undefined, 2);
