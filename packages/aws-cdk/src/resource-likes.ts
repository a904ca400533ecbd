import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IBucket } from 'aws-cdk-lib/aws-s3';

// Parts of CDK's interfaces: where TypeScript is strict about optional properties (`exactOptionalPropertyTypes`), CDK's own classes do not
// fit their whole interfaces.

/** A table, of this stack or imported: a `Table`, a `TableV2`, an `ITable`. */
export type TableLike = Pick<ITable, 'tableArn' | 'tableName'>;

/** A bus of EventBridge, of this stack or imported: an `EventBus`, an `IEventBus`. */
export type BusLike = Omit<IEventBus, 'eventSourceName'>;

/** A bucket, of this stack or imported: a `Bucket`, an `IBucket`. */
export type BucketLike = Pick<IBucket, 'bucketArn' | 'bucketName' | 'arnForObjects'>;
