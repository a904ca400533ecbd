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

// What the others may be. A value that the host reads otherwise than we do would pass every check here.
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  isSessionsEnabled: [true, false],
  cardinality: ['one', 'many'],
  authLevel: ['anonymous', 'function', 'admin'],
};

/** Throws `XORCA_CONFIG` for a trigger that is none, lacks a name has one too many, or a value that it cannot have. */
export function assertTrigger(trigger: TriggerOptions, where: string): void {
  const { type }: { type?: unknown } = trigger ?? {};
  const kind = typeof type === 'string' && Object.hasOwn(KINDS, type) ? KINDS[type as Kind] : undefined;
  if (!kind) {
    const known = Object.keys(KINDS);
    const then = typeof type === 'string' ? hint(type, known) : ` It knows ${known.join(', ')}.`;
    throw new XorcaError('XORCA_CONFIG', `trigger of ${where} has the type ${JSON.stringify(type)}.${then}`);
  }
  assertOptions(trigger, ['type', ...kind.must, ...kind.may], `trigger ${JSON.stringify(type)} of ${where}`);
  const given = trigger as unknown as Readonly<Record<string, unknown>>;
  for (const name of kind.may) {
    const values = VALUES[name];
    if (given[name] === undefined || !values || values.includes(given[name])) continue;
    const known = values.map((value) => JSON.stringify(value)).join(', ');
    throw new XorcaError(
      'XORCA_CONFIG',
      `${name} of trigger ${JSON.stringify(type)} of ${where} must be one of ${known}, not ${JSON.stringify(given[name])}.`,
    );
  }
  for (const name of kind.must) {
    const value = given[name];
    if (typeof value === 'string' && value !== '') continue;
    throw new XorcaError(
      'XORCA_CONFIG',
      `trigger ${JSON.stringify(type)} of ${where} needs ${name}, a text.`,
    );
  }
}
