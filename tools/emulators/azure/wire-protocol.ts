import type { IncomingMessage } from 'node:http';
import type { WireAnswer } from '../wire.ts';

/** What a call asks for, as the REST documentation of its service names it, a little shorter. */
export function actionOf(message: IncomingMessage): string {
  const { method = '', headers, url = '' } = message;
  const { pathname, searchParams } = new URL(url, 'http://service');
  const call = { method, headers, path: pathname.split('/').filter(Boolean).slice(1), query: searchParams };
  return ACTIONS[serviceOf(message)](call);
}

/** How the service of this call says that it is asked too much. */
export function throttlingOf(message: IncomingMessage): WireAnswer {
  const text = 'The server is busy.';
  const service = serviceOf(message);
  if (service === 'eventGrid') {
    return { status: 429, body: { error: { code: 'TooManyRequests', message: text } } };
  }
  const body =
    service === 'table'
      ? { 'odata.error': { code: 'ServerBusy', message: { lang: 'en-US', value: text } } }
      : `<?xml version="1.0" encoding="utf-8"?><Error><Code>ServerBusy</Code><Message>${text}</Message></Error>`;
  return { status: 503, body, headers: { 'x-ms-error-code': 'ServerBusy' } };
}

interface Call {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  /** Without the account. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

type Service = 'blob' | 'queue' | 'table' | 'eventGrid';

// The paths of a blob and of a queue look alike, but the SDK of each says its name.
function serviceOf({ headers, url = '' }: IncomingMessage): Service {
  const agent = headers['user-agent'] ?? '';
  if (/\/api\/events(\?|$)/.test(url)) return 'eventGrid';
  if (headers.dataserviceversion !== undefined || agent.includes('data-tables')) return 'table';
  return agent.includes('storage-queue') ? 'queue' : 'blob';
}

const ACTIONS: Record<Service, (call: Call) => string> = {
  blob: blobAction,
  queue: queueAction,
  table: tableAction,
  eventGrid: () => 'PublishEvents',
};

function blobAction({ method, headers, path, query }: Call): string {
  const part = query.get('comp');
  if (path.length === 0) return named(method, part, { 'GET list': 'ListContainers', 'POST batch': 'Batch' });
  if (query.get('restype') === 'container') {
    return named(method, part, {
      PUT: 'CreateContainer',
      DELETE: 'DeleteContainer',
      GET: 'GetContainerProperties',
      HEAD: 'GetContainerProperties',
      'GET list': 'ListBlobs',
      'PUT lease': 'LeaseContainer',
    });
  }
  if (method === 'PUT' && part === null && headers['x-ms-copy-source'] !== undefined) return 'CopyBlob';
  return named(method, part, {
    PUT: 'PutBlob',
    GET: 'GetBlob',
    HEAD: 'GetProperties',
    DELETE: 'DeleteBlob',
    'PUT lease': 'LeaseBlob',
    'PUT metadata': 'SetMetadata',
    'PUT block': 'PutBlock',
    'PUT blocklist': 'PutBlockList',
    'PUT appendblock': 'AppendBlock',
  });
}

function queueAction({ method, path: [queue, messages, id], query }: Call): string {
  const part = query.get('comp');
  if (queue === undefined) return named(method, part, { 'GET list': 'ListQueues' });
  if (messages === undefined) {
    return named(method, part, {
      PUT: 'CreateQueue',
      DELETE: 'DeleteQueue',
      'GET metadata': 'GetQueueProperties',
    });
  }
  if (id !== undefined) return named(method, part, { PUT: 'UpdateMessage', DELETE: 'DeleteMessage' });
  const get = query.get('peekonly') === 'true' ? 'PeekMessages' : 'GetMessages';
  return named(method, part, { POST: 'PutMessage', GET: get, DELETE: 'ClearMessages' });
}

function tableAction({ method, headers, path: [last = ''] }: Call): string {
  if (last === '$batch') return 'Batch';
  if (last === 'Tables') return named(method, null, { POST: 'CreateTable', GET: 'QueryTables' });
  if (last.startsWith('Tables(')) return named(method, null, { DELETE: 'DeleteTable' });
  if (last.endsWith('()')) return 'QueryEntities';
  if (!last.endsWith(')')) return named(method, null, { POST: 'InsertEntity', GET: 'QueryEntities' });
  // Both are an upsert without the condition.
  const conditional = headers['if-match'] !== undefined;
  return named(method, null, {
    GET: 'GetEntity',
    DELETE: 'DeleteEntity',
    PUT: conditional ? 'UpdateEntity' : 'InsertOrReplaceEntity',
    PATCH: conditional ? 'MergeEntity' : 'InsertOrMergeEntity',
  });
}

// What has no name here is told as it is.
function named(method: string, part: string | null, names: Record<string, string>): string {
  const key = part === null ? method : `${method} ${part}`;
  return names[key] ?? key;
}
