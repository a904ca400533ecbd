import { XorcaError } from '@xorca/core';
import { assertOptions, hint } from '@xorca/core/backend';

/** A queue of Service Bus. The names are those of `app.serviceBusQueue`. */
export interface ServiceBusQueueTriggerOptions {
  readonly type: 'serviceBusQueue';
  readonly queueName: string;
  /** App setting with the connection string, or the prefix of those of an identity (`<name>__fullyQualifiedNamespace`). */
  readonly connection: string;
  /** True for a queue with sessions, which keeps the events of a process in order and one at a time. Default false. */
  readonly isSessionsEnabled?: boolean;
  /** `many`: batches, which fail as a whole. Default `one`. */
  readonly cardinality?: 'one' | 'many';
}

/** A subscription of a topic of Service Bus. The names are those of `app.serviceBusTopic`. */
export interface ServiceBusTopicTriggerOptions
  extends Omit<ServiceBusQueueTriggerOptions, 'type' | 'queueName'> {
  readonly type: 'serviceBusTopic';
  readonly topicName: string;
  readonly subscriptionName: string;
}

/** A queue of a storage account. The names are those of `app.storageQueue`. */
export interface StorageQueueTriggerOptions {
  readonly type: 'storageQueue';
  readonly queueName: string;
  /** App setting with the connection string, or the prefix of those of an identity (`<name>__queueServiceUri`). */
  readonly connection: string;
}

/** A subscription of Event Grid, which must deliver in the schema of CloudEvents. */
export interface EventGridTriggerOptions {
  readonly type: 'eventGrid';
}

/** Requests by HTTP. The names are those of `app.http`. */
export interface HttpTriggerOptions {
  readonly type: 'http';
  /** Default: the name of the function. */
  readonly route?: string;
  /** Default `'function'`: whoever has a key of the function. */
  readonly authLevel?: 'anonymous' | 'function' | 'admin';
}

/** A schedule that wakes whatever is due. */
export interface TimerTriggerOptions {
  readonly type: 'timer';
  /** NCRONTAB with seconds: `'0 * * * * *'` is each minute. */
  readonly schedule: string;
}

/** What a function is registered with. */
export type TriggerOptions =
  | ServiceBusQueueTriggerOptions
  | ServiceBusTopicTriggerOptions
  | StorageQueueTriggerOptions
  | EventGridTriggerOptions
  | HttpTriggerOptions
  | TimerTriggerOptions;

type Kind = TriggerOptions['type'];

// What each must be told, and what it may be told beside that.
const KINDS: Readonly<Record<Kind, { readonly must: readonly string[]; readonly may: readonly string[] }>> = {
  serviceBusQueue: { must: ['queueName', 'connection'], may: ['isSessionsEnabled', 'cardinality'] },
  serviceBusTopic: {
    must: ['topicName', 'subscriptionName', 'connection'],
    may: ['isSessionsEnabled', 'cardinality'],
  },
  storageQueue: { must: ['queueName', 'connection'], may: [] },
  eventGrid: { must: [], may: [] },
  http: { must: [], may: ['route', 'authLevel'] },
  timer: { must: ['schedule'], may: [] },
};

/** Throws `XORCA_CONFIG` for a trigger that is none, lacks a name or has one too many. */
export function assertTrigger(trigger: TriggerOptions, where: string): void {
  const { type }: { type?: unknown } = trigger ?? {};
  const kind = typeof type === 'string' && Object.hasOwn(KINDS, type) ? KINDS[type as Kind] : undefined;
  if (!kind) {
    const known = Object.keys(KINDS);
    const then = typeof type === 'string' ? hint(type, known) : ` It knows ${known.join(', ')}.`;
    throw new XorcaError('XORCA_CONFIG', `trigger of ${where} has the type ${JSON.stringify(type)}.${then}`);
  }
  assertOptions(trigger, ['type', ...kind.must, ...kind.may], `trigger ${JSON.stringify(type)} of ${where}`);
  for (const name of kind.must) {
    const value: unknown = (trigger as unknown as Record<string, unknown>)[name];
    if (typeof value === 'string' && value !== '') continue;
    throw new XorcaError(
      'XORCA_CONFIG',
      `trigger ${JSON.stringify(type)} of ${where} needs ${name}, a text.`,
    );
  }
}
