import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { blobObjects, functionsHandler, serviceBusPublisher } from '@xorca/azure';
import type { BusService } from '@xorca/testing';
import type { SwapBus } from '../parts.ts';
import { SUBSCRIPTIONS } from '../service-bus-topics.ts';
import { newContainer } from '../stores/azure.ts';

// As many messages as a function's host takes at once, when it takes few.
const AT_ONCE = 8;
const CONTEXT = { options: { trigger: { type: 'serviceBusTrigger' } } };

/** A topic with a subscription for each service, whose messages come to a function each by itself. */
export const serviceBus: SwapBus = {
  name: 'Service Bus',
  async open(place) {
    const { client } = place.servers.serviceBus;
    const topic = place.servers.serviceBus.topic();
    const claimCheck = { objects: blobObjects({ client: await newContainer(place, 'events') }) };
    const publisher = serviceBusPublisher({ client, topic, claimCheck });
    const receivers: ServiceBusReceiver[] = [];

    // One answer at a time: of two that go out in one turn, rhea tells the service of the first alone, for both.
    let answering = Promise.resolve();
    function answer(work: () => Promise<void>): Promise<void> {
      answering = answering.then(work, work);
      return answering;
    }

    async function take(
      service: BusService,
      receiver: ServiceBusReceiver,
      message: ServiceBusReceivedMessage,
    ) {
      try {
        if (service.wants(String(message.applicationProperties?.['type']))) {
          await service.invoke(({ what, platform, options }) =>
            functionsHandler(what, platform, { ...options, claimCheck })(message.body, CONTEXT),
          );
        }
      } catch {
        return answer(() => receiver.abandonMessage(message));
      }
      return answer(() => receiver.completeMessage(message));
    }

    return {
      publisher,
      subscribe(services) {
        for (const service of services) {
          if (!(service.name in SUBSCRIPTIONS)) throw new Error(`There is no subscription ${service.name}.`);
          const receiver = client.createReceiver(topic, service.name);
          receivers.push(receiver);
          receiver.subscribe(
            { processMessage: (message) => take(service, receiver, message), processError: async () => {} },
            { maxConcurrentCalls: AT_ONCE, autoCompleteMessages: false },
          );
        }
      },
      async stop() {
        await Promise.all(receivers.map((receiver) => receiver.close()));
        await publisher.close();
      },
    };
  },
};
