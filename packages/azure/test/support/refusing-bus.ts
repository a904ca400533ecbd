import {
  type ServiceBusClient,
  ServiceBusError,
  type ServiceBusMessage,
  type ServiceBusMessageBatch,
  type ServiceBusSender,
} from '@azure/service-bus';
import type { CloudEvent } from '@xorca/core';
import type { RefuseEvents } from '@xorca/testing';
import type { ServiceBusConnectionClient } from '../../src/index.ts';

type Code = 'ServiceBusy' | 'MessageSizeExceeded';

/** A client whose service refuses what holds certain events, alone or in a batch, as it tells it. */
export function refusing(client: ServiceBusClient) {
  let refused: readonly string[] = [];
  let code: Code = 'ServiceBusy';
  const inBatch = new WeakMap<object, ServiceBusMessage[]>();

  function senderTo(name: string): object {
    const sender = client.createSender(name);
    const watched: Pick<ServiceBusSender, 'isClosed' | 'createMessageBatch' | 'sendMessages' | 'close'> = {
      get isClosed() {
        return sender.isClosed;
      },
      async createMessageBatch() {
        const batch = await sender.createMessageBatch();
        const added: ServiceBusMessage[] = [];
        inBatch.set(batch, added);
        const add = batch.tryAddMessage.bind(batch);
        batch.tryAddMessage = (message) => {
          added.push(message as ServiceBusMessage);
          return add(message);
        };
        return batch;
      },
      async sendMessages(sent) {
        const messages = inBatch.get(sent) ?? [sent as ServiceBusMessage];
        if (messages.some((message) => refused.includes(idOf(message)))) {
          throw new ServiceBusError('The service has refused it.', code);
        }
        await sender.sendMessages(sent as ServiceBusMessageBatch);
      },
      close: () => sender.close(),
    };
    return watched;
  }

  const during =
    (what: Code): RefuseEvents =>
    async (ids, work) => {
      refused = ids;
      code = what;
      try {
        await work();
      } finally {
        refused = [];
      }
    };
  return {
    client: { createSender: senderTo } satisfies ServiceBusConnectionClient,
    refuses: { forNow: during('ServiceBusy'), forGood: during('MessageSizeExceeded') },
  };
}

function idOf({ body }: ServiceBusMessage): string {
  return (JSON.parse(String(body)) as CloudEvent).id;
}
