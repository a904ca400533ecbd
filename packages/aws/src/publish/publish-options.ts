import type { PublishOptions as SharedOptions } from '@xorca/core/publishers';
import type { AwsConnection } from '../aws-client.ts';

/** What all publishers of AWS may be told. */
export interface PublishOptions extends AwsConnection, SharedOptions {}
