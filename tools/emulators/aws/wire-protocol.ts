import type { IncomingMessage } from 'node:http';
import type { WireAnswer } from '../wire.ts';

/** What a call asks for, in each protocol that AWS has: a header, a field of a form, or method and path (S3, Scheduler). */
export function actionOf(message: IncomingMessage, body: Buffer): string {
  const target = message.headers['x-amz-target'];
  if (typeof target === 'string') return target.split('.').at(-1) ?? '';
  if (isForm(message)) return new URLSearchParams(body.toString()).get('Action') ?? '';
  const { method = '', url = '' } = message;
  const [path = '', query = ''] = url.split('?');
  if (path.startsWith('/schedules/'))
    return { POST: 'CreateSchedule', GET: 'GetSchedule', DELETE: 'DeleteSchedule' }[method] ?? method;
  if (method === 'GET' && query.includes('list-type=2')) return 'ListObjectsV2';
  const parts: Record<string, string> = {
    GET: 'GetObject',
    PUT: 'PutObject',
    DELETE: 'DeleteObject',
    HEAD: 'HeadObject',
  };
  return parts[method] ?? method;
}

/** How the service of this call says that it is asked too much. */
export function throttlingOf(message: IncomingMessage): WireAnswer {
  const target = message.headers['x-amz-target'];
  if (typeof target === 'string' && target.startsWith('AmazonSQS')) {
    const headers = { 'x-amzn-query-error': 'RequestThrottled;Sender' };
    return {
      // As the model of the SDK has it.
      status: 403,
      body: { __type: 'com.amazonaws.sqs#RequestThrottled', message: 'Rate exceeded' },
      headers,
    };
  }
  if (typeof target === 'string') {
    const type = target.startsWith('DynamoDB')
      ? 'com.amazonaws.dynamodb.v20120810#ThrottlingException'
      : 'ThrottlingException';
    return { status: 400, body: { __type: type, message: 'Rate exceeded' } };
  }
  if (isForm(message)) {
    const error = '<Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message>';
    return {
      status: 400,
      body: `<ErrorResponse><Error>${error}</Error><RequestId>r</RequestId></ErrorResponse>`,
    };
  }
  if (message.url?.startsWith('/schedules/')) {
    const headers = { 'x-amzn-errortype': 'ThrottlingException' };
    return { status: 429, body: { Message: 'Rate exceeded' }, headers };
  }
  return {
    status: 503,
    body: '<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>',
  };
}

function isForm(message: IncomingMessage): boolean {
  return message.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
}
