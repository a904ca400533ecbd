import { XorcaError } from '@xorca/core';

// The most that an entity may have: 1 MiB, names and values (https://learn.microsoft.com/azure/storage/tables/scalability-targets).
const MAX_ENTITY_BYTES = 1_048_576;
// A property that is text has 64 KiB of UTF-16: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
const MAX_UNITS = 32_768;

/** Bytes of an entity as Azure counts them (https://learn.microsoft.com/archive/blogs/avkashchauhan/how-the-size-of-an-entity-is-caclulated-in-windows-azure-table-storage). */
function entityBytes(entity: Readonly<Record<string, unknown>>): number {
  let bytes = 4;
  for (const [name, value] of Object.entries(entity)) {
    const isKey = name === 'partitionKey' || name === 'rowKey';
    bytes += isKey ? 2 * String(value).length : 8 + 2 * name.length + valueBytes(value);
  }
  return bytes;
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return 4 + 2 * value.length;
  if (value instanceof Uint8Array) return 4 + value.length;
  if (typeof value === 'boolean') return 1;
  return typeof value === 'number' ? 4 : 8;
}

/** Whether Table Storage is sure to refuse an entity. */
export function isOverLimits(entity: Readonly<Record<string, unknown>>): boolean {
  const texts = Object.values(entity).filter((value) => typeof value === 'string');
  return entityBytes(entity) > MAX_ENTITY_BYTES || texts.some((text) => text.length > MAX_UNITS);
}

/** The error of an entity over the limits. */
export function tooLarge(id: string, entity: Readonly<Record<string, unknown>>, cause?: unknown): XorcaError {
  return new XorcaError(
    'XORCA_STATE_TOO_LARGE',
    `Process ${JSON.stringify(id)} was not saved: its entity has about ${entityBytes(entity)} bytes, and Table Storage takes ${MAX_ENTITY_BYTES}, of them ${2 * MAX_UNITS} for the names of its states. Keep large data elsewhere, or give tableStore the option overflow, which puts large bodies into blobs, or compression.`,
    { processId: id, ...(cause === undefined ? {} : { cause }) },
  );
}
