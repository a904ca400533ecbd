import { createServer } from 'node:http';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CREDENTIALS } from '../../../tools/emulators/aws/credentials.ts';
import { awsError } from './aws-errors.ts';
import { awsScheduler } from './aws-scheduler.ts';

const call = { action: 'dynamodb:GetItem', resource: 'table "t"', missing: 'Make it.' };
let answer: { readonly status: number; readonly type: string; readonly code: string };
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const { status, type, code } = answer;
    response.writeHead(status, {
      'content-type': 'application/x-amz-json-1.0',
      'x-amzn-query-error': `${code};Sender`,
    });
    response.end(JSON.stringify({ __type: `com.amazonaws.sqs#${type}`, message: 'said' }));
  });
});
let endpoint = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterAll(() => server.close());

// Codes and statuses as SQS answers with them, in the model of its SDK (awsQueryError).
it.each([
  { status: 403, type: 'RequestThrottled', code: 'RequestThrottled' },
  { status: 403, type: 'OverLimit', code: 'OverLimit' },
  { status: 400, type: 'KmsThrottled', code: 'KMS.ThrottlingException' },
])('SQS that says $code with $status asks for less, and is no missing permission', async (said) => {
  answer = said;
  const client = new SQSClient({ ...CREDENTIALS, endpoint, maxAttempts: 1 });
  const wake = awsScheduler({ queueUrl: `${endpoint}/1/q`, client }).wake('p', 0);
  await expect(wake).rejects.toMatchObject({ code: 'XORCA_UNAVAILABLE', retryable: true });
});

it('SQS that may not use the key of its queue lacks a permission', async () => {
  answer = { status: 400, type: 'KmsAccessDenied', code: 'KMS.AccessDeniedException' };
  const client = new SQSClient({ ...CREDENTIALS, endpoint, maxAttempts: 1 });
  const wake = awsScheduler({ queueUrl: `${endpoint}/1/q`, client }).wake('p', 0);
  await expect(wake).rejects.toMatchObject({ code: 'XORCA_CONFIG' });
});

it('a request that was signed too long ago may be tried again; a wrong signature not', () => {
  const refused = (message: string) =>
    awsError(
      Object.assign(new Error(message), {
        name: 'InvalidSignatureException',
        $metadata: { httpStatusCode: 400 },
      }),
      call,
    );
  expect(refused('Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z')).toMatchObject({
    code: 'XORCA_UNAVAILABLE',
    retryable: true,
  });
  expect(refused('Credential should be scoped to a valid region.').message).toContain('another region');
  expect(refused('The request signature we calculated does not match')).toMatchObject({
    code: 'XORCA_CONFIG',
  });
});
