import { ServiceBusClient } from '@azure/service-bus';
import { startServiceBus } from '../emulators/azure/service-bus.ts';

/** A namespace with topics that nobody has used. */
export interface ServiceBusTopics {
  readonly client: ServiceBusClient;
  /** The name of one that nobody else gets. */
  topic(): string;
  stop(): Promise<void>;
}

// Deliveries of the suite fail on purpose, so often that the messages would be dead.
const maxDeliveryCount = 1_000_000;

/** The subscriptions of each topic, by the services that they are for. */
export const SUBSCRIPTIONS = {
  orchestrator: { filter: [{ prefix: 'evt.' }, { prefix: 'notif.' }], maxDeliveryCount },
  fleet: { filter: [{ prefix: 'cmd.' }], maxDeliveryCount },
} as const;

/** Starts one with so many: topics are made by a template, not by those who use them. */
export async function startServiceBusTopics(count: number): Promise<ServiceBusTopics> {
  const names = Array.from({ length: count }, (_, n) => `topic-${n + 1}`);
  const topics = Object.fromEntries(names.map((name) => [name, { subscriptions: SUBSCRIPTIONS }]));
  const emulator = await startServiceBus({ topics });
  const client = new ServiceBusClient(emulator.connection);
  return {
    client,
    topic() {
      const name = names.shift();
      if (name === undefined) throw new Error(`All ${count} topics are taken: start more.`);
      return name;
    },
    async stop() {
      await client.close();
      await emulator.stop();
    },
  };
}
