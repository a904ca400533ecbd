/**
 * List prices in dollars a million, without free amounts, of accounts of general purpose v2 with the redundancy LRS in East US, as of 2026-11:
 * azure.microsoft.com/pricing/details/storage/{tables,blobs,queues}, /service-bus, /event-grid.
 */
export const PRICES = {
  /** Any request, whatever it carries; a batch is one. */
  table: 0.036,
  /** PutBlob and what else writes, in the tier Hot; removing is free. */
  blobWrite: 5.5,
  blobList: 5.5,
  blobRead: 0.44,
  /** Leases, properties. */
  blobOther: 0.44,
  /** Any request for messages. Accounts of general purpose v1 asked 0.036; they have become v2 in October 2026. */
  queue: 0.4,
  /** Tier Standard, 64 KB of one message sent, received or settled: from the 14th to the 100th million a month; the first 13 are in the base charge. */
  serviceBus: 0.8,
  /** 64 KB of an event published or delivered. */
  eventGrid: 0.6,
} as const;
