import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { XorcaError } from '@xorca/core';
import type { Item } from './dynamodb-item.ts';

/** The most that an item may have: 400 KB, names and values (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html). */
export const MAX_ITEM_BYTES = 409_600;

/** Bytes of an item as DynamoDB counts them, numbers at their least. */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += utf8Bytes(name) + valueBytes(value);
  return bytes;
}

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
function valueBytes({ S, N, L }: AttributeValue): number {
  if (S !== undefined) return utf8Bytes(S);
  // Two digits are a byte, and one is for the sign and the exponent.
  if (N !== undefined) return 1 + Math.ceil(N.length / 2);
  // Three bytes for the list, and one for each of its elements.
  if (L !== undefined) return L.reduce((sum, value) => sum + 1 + valueBytes(value), 3);
  return 1;
}

function utf8Bytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** The error of an item over the limit. */
export function tooLarge(id: string, item: Item, cause?: unknown): XorcaError {
  const bytes = itemBytes(item);
  return new XorcaError(
    'XORCA_STATE_TOO_LARGE',
    `Process ${JSON.stringify(id)} was not saved: its item has about ${bytes} bytes, and DynamoDB takes ${MAX_ITEM_BYTES}. Keep large data elsewhere, or give dynamodbStore the option overflow, which puts large bodies into S3, or compression.`,
    { processId: id, ...(cause === undefined ? {} : { cause }) },
  );
}
