import type { Receiver, Sender } from 'rhea';
import type { AmqpService, Client } from './client.ts';
import { MAX_MESSAGE_BYTES } from './incoming-link.ts';
import type { Refusal } from './options.ts';
import { openOutgoing, refuse } from './outgoing-link.ts';
import { attach, limitMessages } from './rhea-internals.ts';

/** Opens a link over which a client sends. */
export function openSending({ entities }: AmqpService, client: Client, link: Receiver): void {
  const address = addressOf(link.target?.address);
  link.set_source({ address: link.source?.address ?? '' });
  link.set_target({ address });
  if (isForRequests(address)) return;
  const target = entities.target(address);
  const refusal = refusalOf(client, address, target !== undefined);
  if (refusal !== undefined) link.close(refusal);
  else limitMessages(link, target?.options.maxMessageBytes ?? MAX_MESSAGE_BYTES);
}

/** Opens a link over which a client receives. */
export function openReceiving({ entities }: AmqpService, client: Client, link: Sender): void {
  const address = addressOf(link.source?.address);
  if (isForRequests(address)) {
    client.replies.add(link);
    link.set_source({ address });
    link.set_target({ address: link.target?.address ?? '' });
    attach(link);
    return;
  }
  const queue = entities.queue(address);
  const refusal = refusalOf(client, address, queue !== undefined);
  if (refusal !== undefined || queue === undefined) {
    refuse(link, refusal ?? notFound(address));
    return;
  }
  client.call(
    { action: 'OpenReceiver', entity: queue.entity, messages: 0, bytes: 0 },
    () => undefined,
    (fault) => {
      if (fault === undefined) client.receiving.set(link, openOutgoing(queue, link));
      else refuse(link, fault);
    },
  );
}

/** Closes it. */
export function closeReceiving(client: Client, link: Sender): void {
  client.replies.delete(link);
  client.receiving.get(link)?.close();
  client.receiving.delete(link);
}

/** The address without what clients may put before it. */
export function addressOf(address: string | undefined): string {
  return (address ?? '').replace(/^\/+/, '');
}

function isForRequests(address: string): boolean {
  return address === '$cbs' || address.toLowerCase().endsWith('/$management');
}

function refusalOf({ claims }: Client, address: string, exists: boolean): Refusal | undefined {
  if (!claims.allow(address)) {
    const description = `Unauthorized access. A valid token for '${address}' is required.`;
    return { condition: 'amqp:unauthorized-access', description };
  }
  return exists ? undefined : notFound(address);
}

// The SDK knows it by this sentence.
function notFound(address: string): Refusal {
  return {
    condition: 'amqp:not-found',
    description: `The messaging entity '${address}' could not be found.`,
  };
}
