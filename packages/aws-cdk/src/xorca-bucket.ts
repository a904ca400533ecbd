import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { assertWhole } from './config-error.ts';

/** Props of `XorcaBucket`. */
export interface XorcaBucketProps {
  /** Default: a name that CloudFormation makes. */
  readonly bucketName?: string;
  /** What the keys of event claim checks begin with, as given to `withEventClaims`. Default: nothing. */
  readonly prefix?: string;
  /** Days that the data of large events is kept, 15 to 3,650. Default 30. */
  readonly eventDays?: number;
  /** What becomes of the bucket with the stack. Default `RETAIN`: bodies of running processes lie in it. */
  readonly removalPolicy?: RemovalPolicy;
}

// A dead letter is kept for up to 14 days (DEAD_LETTER_DAYS), and must find its data when it is sent on.
const LEAST_EVENT_DAYS = 15;
const MOST_EVENT_DAYS = 3_650;

/**
 * A bucket for `s3Store`, and for bodies and events that are too large for elsewhere. `event/` is emptied by age; `body/`, `process/` and all else
 * stays until it is deleted by name, since processes refer to it for as long as they live. Private, TLS only.
 *
 * @example
 * const bucket = new XorcaBucket(this, 'Large')
 */
export class XorcaBucket extends Bucket {
  constructor(scope: Construct, id: string, props: XorcaBucketProps = {}) {
    const { bucketName, prefix = '', eventDays = 30, removalPolicy = RemovalPolicy.RETAIN } = props;
    super(scope, id, {
      ...(bucketName === undefined ? {} : { bucketName }),
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy,
    });
    assertWhole(this, 'eventDays', eventDays, [LEAST_EVENT_DAYS, MOST_EVENT_DAYS]);
    this.addLifecycleRule({ id: 'events', prefix: `${prefix}event/`, expiration: Duration.days(eventDays) });
  }
}
