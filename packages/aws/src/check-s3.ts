import { isXorcaError, XorcaError } from '@xorca/core';
import { assertOptions, type ObjectStorage, type PutCondition } from '@xorca/core/backend';
import { CONNECTION_OPTIONS } from './aws-client.ts';
import { objectsOf, type S3ObjectsOptions } from './s3-objects.ts';

/**
 * Tries out whether a bucket, or another storage that speaks S3, does what xorca counts on: permissions for all four calls, listings in
 * order and page by page, and above all conditional writes. A storage that takes them and ignores their conditions loses updates,
 * silently. For a set-up script or a deployment: 16 requests, on keys below `check/` that are removed again.
 * Errors: `XORCA_CONFIG`, saying what the storage does not do; those of `s3Objects`.
 *
 * @example
 * await checkS3({ bucket: 'my-processes' })
 */
export async function checkS3(options: S3ObjectsOptions): Promise<void> {
  assertOptions(options, [...CONNECTION_OPTIONS, 'bucket', 'prefix'], 'checkS3');
  const objects = objectsOf(options, 'checkS3');
  const folder = `check/${crypto.randomUUID()}/`;
  const clear = () => Promise.all([...KEYS, NONE].map((name) => objects.delete(folder + name)));
  try {
    await checkWrites(objects, folder);
    await checkListing(objects, folder);
  } catch (error) {
    // What was found first says more than that nothing could be removed afterwards.
    await clear().catch(() => undefined);
    throw error;
  }
  await clear();
}

// In the order of their bytes, which is that of no language.
const KEYS = ['=', 'a', '~'] as const;
const NONE = 'none';

async function checkWrites(objects: ObjectStorage, folder: string): Promise<void> {
  const key = folder + KEYS[1];
  const first = await objects.put(key, '1', 'absent');
  await refuses(objects, key, 'absent', 'If-None-Match: *');
  const second = await objects.put(key, '2', { tag: first });
  await refuses(objects, key, { tag: first }, 'If-Match');
  await refuses(objects, folder + NONE, { tag: second }, 'If-Match for a key that is not there');
  const found = await objects.get(key);
  if (found?.text !== '2' || found.tag !== second) throw unfit('does not give back what was written last');
  if (await objects.get(folder + NONE)) throw unfit('gives an object that nobody has written');
}

async function checkListing(objects: ObjectStorage, folder: string): Promise<void> {
  for (const name of [KEYS[2], KEYS[0]]) await objects.put(folder + name, name, 'any');
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await objects.list(folder, { limit: 1, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...page.keys.map((key) => key.slice(folder.length)));
    cursor = page.next;
    // One that does not go on behind a key would begin again and again.
  } while (cursor !== undefined && found.length <= KEYS.length);
  if (found.join() !== KEYS.join()) {
    throw unfit(
      'does not list keys at once, in the order of their bytes, and on from a given key (StartAfter)',
    );
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
