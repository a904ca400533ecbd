import { awsErrorName, awsStatus } from '../aws-errors.ts';

// What SQS, SNS and EventBridge call an entry that they will never take, or a call that is too large. All else may be mended: keys, rights, throttles,
// and what is new. An outbox tries again by itself; what was refused for good waits for somebody who redrives it.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
const EVENT_FAULT =
  /^(AWS\.SimpleQueueService\.)?(InvalidMessageContents|MessageTooLong|BatchRequestTooLong(Exception)?|InvalidParameter(Value|Exception)?|ParameterValueInvalid(Exception)?|InvalidArgument|MalformedDetail|NotAuthorizedFor(Source|DetailType)(Exception)?|Validation(Error|Exception))$/;
// The same codes tell of a wrong name of the place itself.
const OF_THE_PLACE = /TopicArn|QueueUrl|EventBusName/i;
const TOO_LARGE = 413;

function isEventFault(code: string, message = ''): boolean {
  return EVENT_FAULT.test(code) && !OF_THE_PLACE.test(message);
}

function isBatchFault(cause: unknown): boolean {
  const { message } = (cause ?? {}) as { message?: unknown };
  return awsStatus(cause) === TOO_LARGE || isEventFault(awsErrorName(cause), String(message ?? ''));
}

/** What the services of AWS refuse for what an event is. */
export const EVENT_FAULTS = { isEventFault, isBatchFault };
