import {
  ServiceBusClient,
  type ServiceBusReceiver,
  type ServiceBusSessionReceiver,
} from '@azure/service-bus';
import { type FunctionsHost, textOf } from './host.ts';
import type { RegisteredFunction } from './rpc.ts';

/** A queue, or a subscription of a topic. */
export interface Entity {
  receiver(): ServiceBusReceiver;
  /** Waits for a session that nobody has, for a minute; the SDK cannot be told to stop that, and holds the program meanwhile. */
  acceptSession(): Promise<ServiceBusSessionReceiver>;
  close(): Promise<void>;
}

/** How it is received from. */
export interface EntityOptions {
  readonly connection: string;
  /** How long the lock of a session is renewed. */
  readonly renewMs: number;
}

/** Opens what the trigger of a function names. */
export function openEntity(
  functions: FunctionsHost,
  one: RegisteredFunction,
  { connection, renewMs }: EntityOptions,
): Entity {
  const path =
    one.trigger['queueName'] === undefined
      ? ([textOf(functions, one, 'topicName'), textOf(functions, one, 'subscriptionName')] as const)
      : ([textOf(functions, one, 'queueName')] as const);
  // What is refused is tried again by the loops.
  const client = new ServiceBusClient(connection, { retryOptions: { maxRetries: 0 } });
  // The host knows nothing of what is in a body.
  const options = { skipParsingBodyAsJson: true };
  // The renewal of single messages fails in the SDK for those that have no id.
  const single = { ...options, maxAutoLockRenewalDurationInMs: 0 };
  const session = { ...options, maxAutoLockRenewalDurationInMs: renewMs };
  return {
    receiver: () =>
      path.length === 2
        ? client.createReceiver(path[0], path[1], single)
        : client.createReceiver(path[0], single),
    acceptSession: () =>
      path.length === 2
        ? client.acceptNextSession(path[0], path[1], session)
        : client.acceptNextSession(path[0], session),
    close: () => client.close(),
  };
}
