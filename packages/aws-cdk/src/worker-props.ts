import type { Duration } from 'aws-cdk-lib';
import type { Code, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { BucketLike, BusLike } from './resource-likes.ts';

/** The function: yours, or one that is made of code. */
export type WorkerFunction =
  | {
      /** A `NodejsFunction`, say. It is given permissions and environment; its time-out sets that of the queues. */
      readonly function: LambdaFunction;
      readonly code?: never;
      readonly handler?: never;
      readonly timeout?: never;
      readonly memorySize?: never;
    }
  | {
      /** Code that is bundled already: a function of Node.js 22 on ARM is made of it, which keeps its log for a month. */
      readonly code: Code;
      /** Module and export. Default `'index.handler'`. */
      readonly handler?: string;
      /** Default 30 seconds. */
      readonly timeout?: Duration;
      /** In MB; CPU comes with it. Default 512. */
      readonly memorySize?: number;
      readonly function?: never;
    };

/** Where events go and come from: a bus of EventBridge, or a topic of SNS. */
export type WorkerChannel =
  | { readonly bus: BusLike; readonly topic?: never }
  | {
      /** A FIFO topic if the queue is one. */
      readonly topic: ITopic;
      readonly bus?: never;
    };

/** How events come in. */
export interface WorkerInput {
  /** Event types it takes, and beginnings that end in `.*`: `[...orchestrator.wants, 'evt.*']`, `[...fleet.types, ...fleet.cancels]`. */
  readonly takes: readonly string[];
  /** Whether the queue keeps the events of one subject in order. Needs a FIFO topic. Default `false`: order is not needed, and this is faster. */
  readonly fifo?: boolean;
  /** Messages an invocation gets, at most: 1 to 10, or to 10,000 with a `batchingWindow`. Default 10. */
  readonly batchSize?: number;
  /** How long Lambda gathers messages, 1 second to 5 minutes. Not with `fifo`. Default: not at all. */
  readonly batchingWindow?: Duration;
  /** Invocations at once for this queue, 2 to 1,000. Default: as many as the account has. */
  readonly maxConcurrency?: number;
  /** How often a message is tried before it goes to the dead letters, 1 to 1,000. Default 5. */
  readonly maxReceiveCount?: number;
  /** Whether there is an alarm for dead letters. Give `deadLetterAlarm` an action, so that somebody hears it. Default `true`. */
  readonly alarm?: boolean;
  /** A bucket for what is too large: bodies over the limit of an item, events over that of the bus. */
  readonly storage?: {
    readonly bucket: BucketLike;
    /** What its keys begin with. Default: anything, so the bucket should be xorca's own. */
    readonly prefix?: string;
  };
}
