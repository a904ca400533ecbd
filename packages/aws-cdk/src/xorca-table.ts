import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';

/** Name of the index that the store asks for what is due. */
export const WAKE_INDEX = 'wake';

/** Props of `XorcaTable`. */
export interface XorcaTableProps {
  /** Default: a name that CloudFormation makes. */
  readonly tableName?: string;
  /** Whether the table can be put back to any second of the last 35 days. Default `true`. */
  readonly pointInTimeRecovery?: boolean;
  /** What becomes of the table with the stack. Default `RETAIN`: it holds every running process. */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * The table of `dynamodbStore` and `dynamodbLock`: key `pk`, paid by request, with the index `wake` of processes that wait for a moment and
 * `expiresAt` as its time to live. One will do for all orchestrators and fleets of an account and region.
 *
 * @example
 * const table = new XorcaTable(this, 'Processes')
 */
export class XorcaTable extends Table {
  constructor(scope: Construct, id: string, props: XorcaTableProps = {}) {
    const { tableName, pointInTimeRecovery = true, removalPolicy = RemovalPolicy.RETAIN } = props;
    super(scope, id, {
      ...(tableName === undefined ? {} : { tableName }),
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: pointInTimeRecovery },
      removalPolicy,
    });
    this.addGlobalSecondaryIndex({
      indexName: WAKE_INDEX,
      partitionKey: { name: 'wakeShard', type: AttributeType.STRING },
      sortKey: { name: 'wakeAt', type: AttributeType.NUMBER },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: ['id'],
    });
  }
}
