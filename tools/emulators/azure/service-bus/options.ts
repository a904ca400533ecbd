/** How a queue or a subscription is set up. The names and defaults are the service's, where nothing else is said. */
export interface QueueOptions {
  /** Each message belongs to a session, and one receiver at a time has a session. Default: false. */
  readonly requiresSession?: boolean;
  /** How long a received message or session is its receiver's. Default: 30 s; the service's is 60 s, and 5 minutes at most. */
  readonly lockDurationMs?: number;
  /** After so many deliveries in vain a message is dead. Default: 10. */
  readonly maxDeliveryCount?: number;
  /** How long the id of a message is remembered: another message with it is taken and dropped. Default: 0, never. */
  readonly duplicateDetectionMs?: number;
  /** The most bytes of a message or a batch. Default: 262,144, as in the Standard tier. */
  readonly maxMessageBytes?: number;
  /** Over several partitions: all messages of a batch must have the same session. Default: false. */
  readonly partitioned?: boolean;
}

/** What a subscription wants: a message whose application property `type`, or else whose subject, is this text or begins with this prefix. */
export type TypeFilter = string | { readonly prefix: string };

/** How a subscription is set up. */
export interface SubscriptionOptions extends QueueOptions {
  /** Each message that fits one of them. Default: every message. */
  readonly filter?: readonly TypeFilter[];
}

/** How a topic is set up. */
export interface TopicOptions
  extends Pick<QueueOptions, 'duplicateDetectionMs' | 'maxMessageBytes' | 'partitioned'> {
  readonly subscriptions: Readonly<Record<string, SubscriptionOptions>>;
}

/** What is in the namespace. */
export interface NamespaceOptions {
  readonly queues?: Readonly<Record<string, QueueOptions>>;
  readonly topics?: Readonly<Record<string, TopicOptions>>;
  /** The shared access key. Default: one of its own. */
  readonly key?: string;
  /** The time, in epoch milliseconds, at which the clock of the service stands until it is advanced. Default: it goes, from now. */
  readonly startAt?: number;
}

/** What the service does to a call: to a transfer, a request to `$management`, or a receiver that is opened. */
export type ServiceBusMode =
  /** Connections are cut and refused. For some calls only: the calls are not heard, and their connections are cut. */
  | 'away'
  /** `com.microsoft:server-busy` */
  | 'throttled'
  /** The service does it, and cuts the connection before it says so. */
  | 'lostReply'
  /** The service does nothing, and says nothing. */
  | 'silent'
  /** The service refuses it so. */
  | Refusal;

/** An AMQP error. */
export interface Refusal {
  /** `amqp:not-allowed` */
  readonly condition: string;
  readonly description: string;
}

/** One call that the service answered or could have answered. */
export interface ServiceBusCall {
  /** `Send`, `SendBatch`, `ScheduleMessage`, `CancelScheduledMessage`, `RenewLock`, `OpenReceiver`. */
  readonly action: string;
  /** `orders`, `orders/$DeadLetterQueue`, `events/Subscriptions/all`. */
  readonly entity: string;
  /** How many were sent or scheduled. */
  readonly messages: number;
  /** Bytes of the transfer as it came. */
  readonly bytes: number;
  /** `accepted`, or the condition of its refusal. */
  readonly outcome: string;
}

/** What the service did by itself. */
export interface ServiceBusEvent {
  readonly at: number;
  readonly event: 'duplicate' | 'enqueued' | 'lockLost' | 'sessionLockLost' | 'dead' | 'expired';
  readonly entity: string;
  readonly messageId?: string;
  readonly sessionId?: string;
  /** Of a dead one. */
  readonly reason?: string;
}

/** A message as it lies in a queue. */
export interface QueuedMessage {
  readonly sequenceNumber: number;
  readonly messageId?: string;
  readonly sessionId?: string;
  readonly subject?: string;
  readonly contentType?: string;
  /** The body as text. */
  readonly body: string;
  /** The application properties. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly state: 'active' | 'locked' | 'deferred' | 'scheduled';
  /** How many deliveries of it were in vain. */
  readonly deliveryCount: number;
  readonly enqueuedAt: number;
  readonly scheduledAt?: number;
}
