type Entity = Readonly<Record<string, string | number | boolean | null>>;

interface TableHandler {
  checkEntityLimit(context: object, body: string | undefined): void;
  checkBodyLimit(context: object, body: string | undefined): void;
  checkProperties(context: object, entity: Entity): void;
}

type Refuse = (context: object, code: string, message: string) => never;

const MAX_BYTES = 1_048_576;
// 255 with the two keys and the time.
const MAX_PROPERTIES = 252;

/**
 * Makes Azurite refuse the entities that Table Storage refuses. It inserts what is larger than 1 MiB, and updates nothing of which the JSON,
 * where bytes are base64, is larger: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
 */
export function enforceEntityLimits(handler: TableHandler, refuse: Refuse): void {
  const checkOthers = handler.checkProperties;
  handler.checkEntityLimit = handler.checkBodyLimit;
  handler.checkProperties = function (context, entity) {
    checkOthers.call(this, context, entity);
    const own = Object.keys(entity).filter((name) => !/^(PartitionKey|RowKey|Timestamp)$|odata\./.test(name));
    if (own.length > MAX_PROPERTIES) {
      refuse(context, 'TooManyProperties', 'The entity contains more properties than allowed.');
    }
    const bytes = own.reduce((sum, name) => sum + 8 + 2 * name.length + bytesOf(entity, name), 4);
    const keys = `${entity['PartitionKey'] ?? ''}${entity['RowKey'] ?? ''}`;
    if (bytes + 2 * keys.length > MAX_BYTES) {
      refuse(context, 'EntityTooLarge', 'The entity is larger than the maximum allowed size (1MB).');
    }
  };
}

const BYTES: Record<string, number> = { 'Edm.Int64': 8, 'Edm.DateTime': 8, 'Edm.Guid': 16, 'Edm.Int32': 4 };

// https://learn.microsoft.com/en-us/archive/blogs/avkashchauhan/how-the-size-of-an-entity-is-caclulated-in-windows-azure-table-storage
function bytesOf(entity: Entity, name: string): number {
  const type = String(entity[`${name}@odata.type`]);
  const value = entity[name];
  if (type === 'Edm.Binary') return 4 + Buffer.byteLength(String(value), 'base64');
  if (typeof value === 'string') return BYTES[type] ?? 4 + 2 * value.length;
  return typeof value === 'number' ? (BYTES[type] ?? 8) : 1;
}
