import { randomUUID } from 'node:crypto';
import type { SnsEvent, SqsRecord } from '../../src/index.ts';

/** What SNS puts around a message for a queue without raw delivery. */
export function snsEnvelope(message: string): string {
  return JSON.stringify({
    Type: 'Notification',
    MessageId: randomUUID(),
    TopicArn: 'arn:aws:sns:eu-central-1:123456789012:xorca',
    Message: message,
    Timestamp: '2026-01-02T03:04:05.678Z',
    SignatureVersion: '1',
    Signature: 'c2lnbmF0dXJl',
    UnsubscribeURL: 'https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe',
  });
}

/** What EventBridge puts around an event. */
export function eventBridgeEvent(detail: unknown, type = 'evt.contract.note') {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': type,
    source: '/contract',
    account: '123456789012',
    time: '2026-01-02T03:04:05Z',
    region: 'eu-central-1',
    resources: [],
    detail,
  };
}

/** What a rule of EventBridge with a schedule sends. */
export function cronEvent() {
  return { ...eventBridgeEvent({}, 'Scheduled Event'), source: 'aws.events' };
}

/** A message of a queue. */
export function sqsRecord(body: string, part: Partial<SqsRecord> = {}): SqsRecord {
  return {
    messageId: randomUUID(),
    body,
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:xorca',
    attributes: { ApproximateReceiveCount: '1' },
    ...part,
  };
}

/** A message of a FIFO queue, in a group. */
export function fifoRecord(body: string, group: string, part: Partial<SqsRecord> = {}): SqsRecord {
  return sqsRecord(body, {
    eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:xorca.fifo',
    attributes: { ApproximateReceiveCount: '1', MessageGroupId: group },
    ...part,
  });
}

/** What SNS invokes a function with. */
export function snsEvent(message: string): SnsEvent {
  return { Records: [{ EventSource: 'aws:sns', Sns: { MessageId: randomUUID(), Message: message } }] };
}

/** A request as an HTTP API and a function URL send it. */
export function httpEvent(body: string, headers: Record<string, string> = {}, method = 'POST') {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/events',
    rawQueryString: '',
    headers: { host: 'x.lambda-url.eu-central-1.on.aws', ...headers },
    requestContext: { http: { method, path: '/events', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1' } },
    body,
    isBase64Encoded: false,
  };
}

/** The same as a REST API sends it. */
export function restEvent(body: string, headers: Record<string, string> = {}, method = 'POST') {
  return {
    resource: '/events',
    path: '/events',
    httpMethod: method,
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    requestContext: { httpMethod: method, stage: 'prod' },
    body,
    isBase64Encoded: false,
  };
}
