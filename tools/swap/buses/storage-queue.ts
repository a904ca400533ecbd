import { type DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import { blobObjects, functionsHandler, storageQueuePublisher } from '@xorca/azure';
import type { BusService } from '@xorca/testing';
import { deliveries } from '../deliveries.ts';
import type { SwapBus } from '../parts.ts';
import { newContainer } from '../stores/azure.ts';

// The most that one call receives.
const MOST_MESSAGES = 32;
// Nothing in a test is under way for so long: a message comes again because it was given back.
const VISIBILITY_SECONDS = 600;

/** A queue, whose messages come to a function each by itself. There is no fan-out: one function has both services. */
export const storageQueue: SwapBus = {
  name: 'Storage Queue',
  async open(place) {
    const queue = new QueueClient(place.servers.azurite.connection, `${place.name}-events`);
    await queue.create();
    const claimCheck = { objects: blobObjects({ client: await newContainer(place, 'events') }) };
    const publisher = storageQueuePublisher({ client: queue, claimCheck });
    let targets: readonly BusService[] = [];

    const messages = deliveries(async (message: DequeuedMessageItem) => {
      // Base64, as the host has it that takes the text out for a function.
      const text = Buffer.from(message.messageText, 'base64').toString();
      const event = JSON.parse(text) as { readonly type: string };
      const context = {
        options: { trigger: { type: 'queueTrigger' } },
        triggerMetadata: { id: message.messageId, dequeueCount: message.dequeueCount },
      };
      for (const service of targets.filter(({ wants }) => wants(event.type))) {
        await service.invoke(({ what, platform, options }) =>
          functionsHandler(what, platform, { ...options, claimCheck })(event, context),
        );
      }
      await queue.deleteMessage(message.messageId, message.popReceipt);
    });

    let receiving = Promise.resolve();
    function receive(): Promise<void> {
      receiving = receiving.then(async () => {
        for (;;) {
          const { receivedMessageItems: found } = await queue.receiveMessages({
            numberOfMessages: MOST_MESSAGES,
            visibilityTimeout: VISIBILITY_SECONDS,
          });
          messages.add(...found);
          if (found.length < MOST_MESSAGES) return;
        }
      });
      return receiving;
    }

    return {
      // Whoever polls a queue comes too late for a test: it is looked into when something was put there.
      publisher: {
        ...publisher,
        publish: (events) => publisher.publish(events).finally(() => void receive()),
      },
      subscribe(services) {
        targets = services;
      },
      async stop() {
        await receiving;
        await messages.stop();
      },
    };
  },
};
