import { blobObjects, eventGridPublisher, functionsHandler } from '@xorca/azure';
import { startEventGrid } from '../../emulators/azure/event-grid.ts';
import type { SwapBus } from '../parts.ts';
import { newContainer } from '../stores/azure.ts';

// Deliveries of the suite fail on purpose, more often than Event Grid tries.
const MOST_ATTEMPTS = 1_000_000;
const CONTEXT = { options: { trigger: { type: 'eventGridTrigger' } } };

/** A topic whose subscriptions invoke functions, an event at a time, the newest first. */
export const eventGrid: SwapBus = {
  name: 'Event Grid',
  async open(place) {
    const topic = await startEventGrid({ attempts: MOST_ATTEMPTS });
    const claimCheck = { objects: blobObjects({ client: await newContainer(place, 'events') }) };
    const { endpoint, key } = topic;
    let stopped = false;
    return {
      publisher: eventGridPublisher({ endpoint, key, claimCheck }),
      subscribe(services) {
        for (const service of services) {
          topic.subscribe(async (event) => {
            if (stopped || !service.wants(event.type)) return;
            await service.invoke(({ what, platform, options }) =>
              functionsHandler(what, platform, { ...options, claimCheck })(event, CONTEXT),
            );
          });
        }
      },
      async stop() {
        stopped = true;
        await topic.idle();
        await topic.stop();
      },
    };
  },
};
