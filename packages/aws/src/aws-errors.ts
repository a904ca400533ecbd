import { isXorcaError, XorcaError } from '@xorca/core';
import { messageOf } from '@xorca/core/backend';

/** What a call was about, for the words of its error. */
export interface AwsCall {
  /** The permission it needs, which is also its name: `dynamodb:PutItem`. */
  readonly action: string;
  /** What it was made on: `table "xorca"`. */
  readonly resource: string;
  /** What to do when the resource is not there, as a sentence. */
  readonly missing: string;
  readonly processId?: string;
  readonly region?: string | undefined;
  /** The region that the resource's own name names. */
  readonly home?: string | undefined;
}

/** The name by which AWS tells its errors apart, or an empty text. */
export function awsErrorName(cause: unknown): string {
  const { name, Code, code } = (cause ?? {}) as { name?: unknown; Code?: unknown; code?: unknown };
  for (const each of [Code, name, code]) if (typeof each === 'string' && each !== 'Error') return each;
  return '';
}

/** The HTTP status that the service answered with, or undefined when nothing was heard of it. */
export function awsStatus(cause: unknown): number | undefined {
  const { $metadata } = (cause ?? {}) as { $metadata?: { httpStatusCode?: unknown } };
  return typeof $metadata?.httpStatusCode === 'number' ? $metadata.httpStatusCode : undefined;
}

const MISSING =
  /^(ResourceNotFoundException|NoSuchBucket|QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue|NotFound(Exception)?|TableNotFoundException)$/;
const DENIED =
  /^(AccessDenied(Exception)?|AuthorizationError(Exception)?|K[Mm][Ss]\.?AccessDenied(Exception)?|NotAuthorized)$/;
// Wrong keys. Those that ran out are not among them: they are replaced, and the next call has the new ones.
const UNKNOWN_CALLER =
  /^(UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignature(Exception)?|MissingAuthenticationToken(Exception)?|CredentialsProviderError|IncompleteSignature(Exception)?)$/;
const OTHER_REGION = /^(PermanentRedirect|IllegalLocationConstraintException|AuthorizationHeaderMalformed)$/;
// What the others say of a request that was signed for another region than theirs, as for the URL of a queue elsewhere.
const OF_OTHER_REGION = /scoped to a valid region/i;
const THROTTLED =
  /^(Throttl\w*|ProvisionedThroughputExceededException|RequestLimitExceeded|RequestThrottled\w*|TooManyRequests\w*|SlowDown|OverLimit|LimitExceededException|K[Mm][Ss]\.?Throttl\w*|EC2ThrottledException|BandwidthLimitExceeded)$/;
const MOMENTARY =
  /^(ExpiredToken\w*|RequestTimeTooSkewed|RequestExpired|RequestTimeout\w*|TransactionConflictException|TransactionInProgressException|ConditionalRequestConflict|OperationAborted|ReplicatedWriteConflictException)$/;

// The services of JSON call a request so that was signed too long ago: of a function that was frozen as it sent it, say. The SDK signs it anew.
function isSignedLate(name: string, cause: unknown): boolean {
  return /^InvalidSignature/.test(name) && /Signature (expired|not yet current)/i.test(messageOf(cause));
}

/** What a failed call of AWS is thrown as. An error of xorca stays as it is. */
export function awsError(cause: unknown, call: AwsCall): XorcaError {
  if (isXorcaError(cause)) return cause;
  const name = awsErrorName(cause);
  const status = awsStatus(cause);
  const where = `${call.resource}${call.region === undefined ? '' : ` in region ${call.region}`}`;
  const reason =
    name === '' || messageOf(cause).includes(name) ? messageOf(cause) : `${messageOf(cause)} (${name})`;
  const details = { cause, ...(call.processId === undefined ? {} : { processId: call.processId }) };
  const of = call.processId === undefined ? '' : ` for process ${JSON.stringify(call.processId)}`;
  const isMomentary = MOMENTARY.test(name) || isSignedLate(name, cause);
  const isThrottled = THROTTLED.test(name);
  const wrong = (text: string) => new XorcaError('XORCA_CONFIG', text, details);

  // Whatever the service says to a call for a resource of another region, that is why.
  const isAbroad =
    call.home !== undefined && call.region !== undefined && call.home !== call.region && status !== undefined;
  const isElsewhere =
    OTHER_REGION.test(name) ||
    status === 301 ||
    OF_OTHER_REGION.test(messageOf(cause)) ||
    (isAbroad && status < 500 && !isThrottled);

  if (isElsewhere) {
    return wrong(
      `${where} belongs to another region${regionTold(cause, call)} (${call.action}${of}: ${reason}). Make the client with that region.`,
    );
  }
  if (MISSING.test(name)) {
    return wrong(
      `There is no ${where} (${call.action}${of}: ${reason}). ${call.missing} Or the region is another one.`,
    );
  }
  if (
    DENIED.test(name) ||
    // SQS throttles with 403, too.
    (status === 403 &&
      name !== 'InvalidObjectState' &&
      !UNKNOWN_CALLER.test(name) &&
      !isMomentary &&
      !isThrottled)
  ) {
    return wrong(
      `No permission for ${call.action} on ${where}${of}: ${reason}. Allow ${call.action} in the policy of this function's role.`,
    );
  }
  if (UNKNOWN_CALLER.test(name) && !isMomentary) {
    return wrong(
      `AWS does not know who calls ${call.action} on ${where}${of}: ${reason}. Give the program credentials of AWS.`,
    );
  }
  if (/Region is missing/i.test(messageOf(cause))) {
    return wrong(
      `No region is known for ${call.action} on ${where}. Set AWS_REGION, or give the option region.`,
    );
  }
  const retryable =
    isThrottled || isMomentary || status === undefined || status === 429 || (status >= 500 && status !== 501);
  const then = retryable ? 'It is not known whether a write arrived; try again.' : 'Nothing was changed.';
  return new XorcaError(
    'XORCA_UNAVAILABLE',
    `${call.action} on ${where} failed${of}: ${reason}. ${isThrottled ? 'AWS was asked too much at once; try again.' : then}`,
    { ...details, retryable },
  );
}

function regionTold(cause: unknown, { home }: AwsCall): string {
  const { Region, $response } = cause as {
    Region?: unknown;
    $response?: { headers?: Record<string, string> };
  };
  const told = home ?? Region ?? $response?.headers?.['x-amz-bucket-region'];
  return typeof told === 'string' ? `, ${told}` : '';
}
