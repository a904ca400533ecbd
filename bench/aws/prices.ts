/**
 * List prices in dollars a million, us-east-1, on demand, without free tiers, as of 2026-11: aws.amazon.com/dynamodb/pricing/on-demand,
 * /s3/pricing, /sqs/pricing, /sns/pricing, /eventbridge/pricing, /step-functions/pricing.
 */
export const PRICES = {
  /** A write of up to 1 KB, in the table or in an index. */
  dynamodbWrite: 0.625,
  /** A strongly consistent read of up to 4 KB. */
  dynamodbRead: 0.125,
  s3Put: 5,
  s3Get: 0.4,
  s3List: 5,
  /** A request of up to 64 KB: send, receive and delete are one each, for up to ten messages. */
  sqsRequest: 0.4,
  snsPublish: 0.5,
  eventBridgeEvent: 1,
  /** A state transition of a standard workflow. */
  stepFunctions: 25,
} as const;
