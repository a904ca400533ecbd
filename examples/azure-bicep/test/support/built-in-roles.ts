/** A role of Azure as https://learn.microsoft.com/azure/role-based-access-control/built-in-roles has it: its id and what it allows with data. */
export interface BuiltInRole {
  readonly id: string;
  /** With `*` for any text. */
  readonly allows: readonly string[];
}

const STORAGE = 'Microsoft.Storage/storageAccounts';
const ENTITIES = `${STORAGE}/tableServices/tables/entities`;
const BLOBS = `${STORAGE}/blobServices/containers/blobs`;
const MESSAGES = `${STORAGE}/queueServices/queues/messages`;

export const BUILT_IN_ROLES: Readonly<Record<string, BuiltInRole>> = {
  'Storage Table Data Contributor': {
    id: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
    allows: [
      ...['read', 'write', 'delete', 'add/action', 'update/action'].map((end) => `${ENTITIES}/${end}`),
      ...['read', 'write', 'delete'].map((end) => `${STORAGE}/tableServices/tables/${end}`),
    ],
  },
  'Storage Blob Data Contributor': {
    id: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
    allows: ['read', 'write', 'delete', 'add/action', 'move/action'].map((end) => `${BLOBS}/${end}`),
  },
  'Storage Blob Data Owner': { id: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b', allows: [`${BLOBS}/*`] },
  'Storage Queue Data Message Sender': {
    id: 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a',
    allows: [`${MESSAGES}/add/action`],
  },
  'Storage Queue Data Message Processor': {
    id: '8a0f0c08-91a1-4084-bc3d-661d67233fed',
    allows: [`${MESSAGES}/read`, `${MESSAGES}/process/action`],
  },
  'Storage Queue Data Reader': {
    id: '19e7f393-937e-4f77-808e-94535e297925',
    allows: [`${STORAGE}/queueServices/queues/read`, `${MESSAGES}/read`],
  },
  'Azure Service Bus Data Sender': {
    id: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39',
    allows: ['Microsoft.ServiceBus/*/send/action'],
  },
  'Azure Service Bus Data Receiver': {
    id: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0',
    allows: ['Microsoft.ServiceBus/*/receive/action'],
  },
  'EventGrid Data Sender': {
    id: 'd5a91429-5739-47e2-a06b-3470a27159e7',
    allows: ['Microsoft.EventGrid/events/send/action'],
  },
  'Monitoring Metrics Publisher': {
    id: '3913510d-42f4-4e42-8a64-420c390055eb',
    allows: ['Microsoft.Insights/Metrics/Write', 'Microsoft.Insights/Telemetry/Write'],
  },
};

/** What each call of the sources needs, as its own page of Azure's documentation says under "Permissions". */
export const NEEDS: Readonly<Record<string, string>> = {
  GetEntity: `${ENTITIES}/read`,
  QueryEntities: `${ENTITIES}/read`,
  InsertEntity: `${ENTITIES}/add/action`,
  UpdateEntity: `${ENTITIES}/update/action`,
  DeleteEntity: `${ENTITIES}/delete`,
  CreateTable: `${STORAGE}/tableServices/tables/write`,
  GetBlob: `${BLOBS}/read`,
  GetBlobProperties: `${BLOBS}/read`,
  ListBlobs: `${BLOBS}/read`,
  PutBlob: `${BLOBS}/write`,
  SetBlobMetadata: `${BLOBS}/write`,
  LeaseBlob: `${BLOBS}/write`,
  DeleteBlob: `${BLOBS}/delete`,
  PutMessage: `${MESSAGES}/add/action`,
  Send: 'Microsoft.ServiceBus/namespaces/messages/send/action',
  PublishEvents: 'Microsoft.EventGrid/events/send/action',
};

/** The names of the roles that allow it. */
export function rolesThatAllow(need: string): readonly string[] {
  return Object.entries(BUILT_IN_ROLES)
    .filter(([, { allows }]) =>
      allows.some((each) => new RegExp(`^${each.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(need)),
    )
    .map(([name]) => name);
}
