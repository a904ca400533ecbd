import rhea, { type Delivery } from 'rhea';
import { reorder } from './lock-token.ts';
import type { Queue, Settlement } from './queue.ts';
import { settle } from './rhea-internals.ts';

const { message: codec } = rhea;

/** Does what a receiver says of a message that it has, and says that it is done, or that the lock is lost. */
export function settleDelivery(queue: Queue, delivery: Delivery): void {
  const token = reorder(delivery.tag as Buffer).toString('hex');
  const refusal = queue.settle(token, settlementOf(delivery.remote_state ?? {}));
  const { accepted, rejected } = codec as unknown as Record<'accepted' | 'rejected', Outcome>;
  settle(delivery, refusal ? rejected({ error: refusal }).described() : accepted().described());
}

type Outcome = (fields?: object) => { described(): unknown };

interface State {
  readonly error?: { readonly info?: Readonly<Record<string, unknown>> };
  readonly undeliverable_here?: boolean;
  readonly message_annotations?: Readonly<Record<string, unknown>>;
}

// https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide#receive-messages
function settlementOf(state: State): Settlement {
  const { error, undeliverable_here: elsewhere, message_annotations: properties } = state;
  const outcome = described(state);
  if (codec.is_accepted(outcome)) return { outcome: 'complete' };
  if (codec.is_rejected(outcome)) return { outcome: 'deadLetter', properties: error?.info ?? {} };
  return { outcome: elsewhere ? 'defer' : 'abandon', properties: properties ?? {} };
}

// rhea hands a state over as an object of its class.
function described(state: object): object {
  const { descriptor } = state.constructor as unknown as {
    readonly descriptor: { readonly numeric: number };
  };
  return { descriptor: { value: descriptor.numeric } };
}
