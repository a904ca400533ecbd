import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { eventBridgeHandler, eventBridgePublisher, s3Objects } from '@xorca/aws';
import type { BusService } from '@xorca/testing';
import { CREDENTIALS } from '../../emulators/aws/credentials.ts';
import { type BusEvent, startEventBridge } from '../../emulators/aws/event-bridge.ts';
import { deliveries } from '../deliveries.ts';
import type { SwapBus } from '../parts.ts';
import { newBucket } from '../stores/aws.ts';

/** A bus whose rules invoke functions, an event at a time. */
export const eventBridge: SwapBus = {
  name: 'EventBridge',
  async open(place) {
    const emulator = await startEventBridge([place.name]);
    const client = new EventBridgeClient({ ...CREDENTIALS, endpoint: emulator.endpoint });
    const bucket = await newBucket(place, 'events');
    const claimCheck = { objects: s3Objects({ client: place.servers.s3, bucket }) };
    const publisher = eventBridgePublisher({ bus: place.name, client, claimCheck });
    let targets: readonly BusService[] = [];
    let handedOver = 0;

    const rules = deliveries(({ service, event }: { service: BusService; event: object }) =>
      service.invoke(({ what, platform, options }) =>
        eventBridgeHandler(what, platform, { ...options, claimCheck })(event),
      ),
    );

    function handOver(): void {
      for (const event of emulator.taken.slice(handedOver)) {
        const wanting = targets.filter(({ wants }) => wants(event.DetailType ?? ''));
        rules.add(...wanting.map((service) => ({ service, event: delivered(event) })));
      }
      handedOver = emulator.taken.length;
    }

    return {
      publisher: {
        ...publisher,
        publish: (events) => publisher.publish(events).finally(handOver),
      },
      subscribe(services) {
        targets = services;
      },
      async stop() {
        await rules.stop();
        client.destroy();
        await emulator.stop();
      },
    };
  },
};

/** An event as a rule hands it over. */
function delivered({ Source = '', DetailType = '', Detail = '' }: BusEvent): object {
  return {
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': DetailType,
    source: Source,
    resources: [],
    detail: JSON.parse(Detail) as unknown,
  };
}
