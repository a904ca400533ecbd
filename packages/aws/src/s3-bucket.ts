import { XorcaError } from '@xorca/core';
import { type AwsConnection, awsService } from './aws-client.ts';
import { awsErrorName } from './aws-errors.ts';

/** What is used of the SDK. */
export type S3Sdk = typeof import('./sdk/s3-sdk.ts');

/** An action of S3: the permission it needs. */
export type S3Action = 'GetObject' | 'PutObject' | 'DeleteObject' | 'ListBucket';

/** One bucket as the ports call it. */
export interface S3Bucket {
  readonly name: string;
  /** For errors: `bucket "x"`. */
  readonly resource: string;
  /** Sends a command. A condition that does not hold, and a key that is not there, are thrown as the SDK throws them. */
  send<Output>(action: S3Action, command: (sdk: S3Sdk) => object): Promise<Output>;
  /** What a call that failed is thrown as. */
  failed(cause: unknown, action: S3Action): Promise<XorcaError>;
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; an access point is named by its ARN.
const NAME = /^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9]|arn:aws[\w-]*:s3\S*)$/;

/** The bucket of a port's options; `XORCA_CONFIG` unless they name one. */
export function s3Bucket(options: AwsConnection & { readonly bucket: string }, where: string): S3Bucket {
  const { bucket } = options;
  if (typeof bucket !== 'string' || !NAME.test(bucket)) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `${where} needs bucket: the name of a bucket of S3, 3 to 63 small letters, digits, "-" and ".", or the ARN of an access point, not ${JSON.stringify(bucket)}.`,
    );
  }
  const service = awsService<S3Sdk>(options, {
    where,
    sdk: '@aws-sdk/client-s3',
    load: () => import('./sdk/s3-sdk.ts'),
    make: (sdk, config) => new sdk.S3Client(config),
  });
  const resource = `bucket ${JSON.stringify(bucket)}`;

  async function failed(cause: unknown, action: S3Action): Promise<XorcaError> {
    const error = await service.failed(cause, {
      action: `s3:${action}`,
      resource,
      missing: 'Make it, in the region of this client.',
    });
    // Without s3:ListBucket S3 says 403 for a key that is not there.
    if (action !== 'GetObject' || awsErrorName(cause) !== 'AccessDenied') return error;
    return new XorcaError(
      'XORCA_CONFIG',
      `${error.message} Allow s3:ListBucket, too: without it a key that is not there looks like this.`,
      {
        cause,
      },
    );
  }

  return {
    name: bucket,
    resource,
    async send(action, command) {
      try {
        return await service.send(command);
      } catch (cause) {
        // A listing has neither; whoever answers it so has failed.
        if (action !== 'ListBucket' && (isNoKey(cause) || isRefused(cause))) throw cause;
        throw await failed(cause, action);
      }
    },
    failed,
  };
}

/** Whether a key is not there. A bucket that is not there is another matter. */
export function isNoKey(error: unknown): boolean {
  return awsErrorName(error) === 'NoSuchKey';
}

/**
 * Whether a conditional write was refused: 412 for a condition that does not hold, 409 for another conditional write under way, 404 for a
 * tag of a key that is gone. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function isRefused(error: unknown): boolean {
  return /^(PreconditionFailed|ConditionalRequestConflict|NoSuchKey)$/.test(awsErrorName(error));
}
