import { isXorcaError, XorcaError } from '@xorca/core';
import type { ObjectStorage, PutCondition } from '@xorca/core/backend';
import { type S3ObjectsOptions, s3Objects } from './s3-objects.ts';

/**
 * Tries out whether a bucket, or another storage that speaks S3, does what xorca counts on: permissions for all four calls, listings in
 * order, and above all conditional writes. A storage that takes them and ignores their conditions loses updates, silently. For a set-up
 * script or a deployment: eight requests, on keys below `check/` that are removed again.
 * Errors: `XORCA_CONFIG`, saying what the storage does not do; those of `s3Objects`.
 *
 * @example
 * await checkS3({ bucket: 'my-processes' })
 */
export async function checkS3(options: S3ObjectsOptions): Promise<void> {
  const objects = s3Objects(options);
  const key = `check/${crypto.randomUUID()}`;
  try {
    const first = await objects.put(key, '1', 'absent');
    await refuses(objects, key, 'absent', 'If-None-Match: *');
    const second = await objects.put(key, '2', { tag: first });
    await refuses(objects, key, { tag: first }, 'If-Match');
    const found = await objects.get(key);
    if (found?.text !== '2' || found.tag !== second) throw unfit('does not give back what was written last');
    const { keys } = await objects.list('check/', { limit: 1_000 });
    if (!keys.includes(key) || keys.some((one, n) => n > 0 && one < (keys[n - 1] as string))) {
      throw unfit('does not list keys at once and in their order');
    }
  } finally {
    await objects.delete(key);
  }
}

async function refuses(
  objects: ObjectStorage,
  key: string,
  condition: PutCondition,
  header: string,
): Promise<void> {
  try {
    await objects.put(key, 'stale', condition);
  } catch (error) {
    if (isXorcaError(error, 'XORCA_CONFLICT')) return;
    throw error;
  }
  throw unfit(
    `takes a write with ${header} and ignores the condition, so two writers would overwrite each other`,
  );
}

function unfit(fault: string): XorcaError {
  return new XorcaError(
    'XORCA_CONFIG',
    `The storage ${fault}. Keep processes in S3 itself, or in a storage that passes this check.`,
  );
}
