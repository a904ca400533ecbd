import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TableClient } from '@azure/data-tables';
import {
  AggregateAuthenticationError,
  AuthenticationError,
  CredentialUnavailableError,
  ManagedIdentityCredential,
} from '@azure/identity';
import { ContainerClient } from '@azure/storage-blob';
import { XorcaError } from '@xorca/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { azureError } from './azure-errors.ts';
import { serviceBusError } from './service-bus-errors.ts';

const call = {
  action: 'PutBlob',
  resource: 'container "processes"',
  missing: 'Make it.',
  role: 'Storage Blob Data Contributor',
  processId: 'order-1',
};

/** As the SDKs of storage throw: the code in the error, or in its details. */
const rest = (statusCode: number, code: string, message = 'said\nRequestId:1\nTime:2') =>
  Object.assign(new Error(message), { name: 'RestError', statusCode, code });
const table = (statusCode: number, code: string) =>
  Object.assign(new Error('said'), { name: 'RestError', statusCode, details: { odataError: { code } } });
const bus = (code: string, retryable: boolean, message = `${code}: said`) =>
  Object.assign(new Error(message), { name: 'ServiceBusError', code, retryable });
const net = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

const told = (cause: unknown) => azureError(cause, call);

/** A service that answers all calls like this, while the work lasts. */
async function answering<Result>(
  [status, type, body]: readonly [number, string, string],
  work: (port: number) => Promise<Result>,
): Promise<Result> {
  const server = createServer((asked, answer) => {
    asked.resume().on('end', () => answer.writeHead(status, { 'content-type': type }).end(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await work((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
const thrownBy = (work: Promise<unknown>) => work.catch((error: unknown) => error);
const connectionTo = (port: number) =>
  `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:${port}/a;TableEndpoint=http://127.0.0.1:${port}/a`;
const ONCE = { retryOptions: { maxRetries: 0 }, allowInsecureConnection: true };

afterEach(() => vi.unstubAllEnvs());

describe('what Azure says becomes', () => {
  it.each<[string, unknown, string]>([
    ['a missing container', rest(404, 'ContainerNotFound'), 'There is no container "processes"'],
    ['a missing table', table(404, 'TableNotFound'), 'There is no container'],
    ['a missing queue of Service Bus', bus('MessagingEntityNotFound', false), 'There is no container'],
    [
      'no role',
      rest(403, 'AuthorizationPermissionMismatch'),
      'Assign the role "Storage Blob Data Contributor"',
    ],
    [
      'a wrong key of a bus',
      bus('UnauthorizedAccess', false, 'InvalidSignature: The token has an invalid signature.'),
      'Correct the key of the connection string',
    ],
    ['a queue that is off', bus('MessagingEntityDisabled', false), 'it is disabled; enable it'],
    ['a closed network', rest(403, 'AuthorizationFailure'), 'network rules'],
    ['no claim on a bus', bus('UnauthorizedAccess', false), 'Assign the role'],
    ['a wrong key', rest(403, 'AuthenticationFailed'), 'Correct the key of the connection string'],
    ['no identity', new CredentialUnavailableError('no'), 'give the program an identity'],
    [
      'an account without keys',
      rest(403, 'KeyBasedAuthenticationNotPermitted'),
      'Give endpoint and credential',
    ],
  ])('XORCA_CONFIG for %s, with what to do', (_, cause, words) => {
    const error = told(cause);
    expect(error).toMatchObject({ code: 'XORCA_CONFIG', processId: 'order-1', retryable: false });
    expect(error.message).toContain(words);
    expect(error.message).toContain('PutBlob');
    expect(error.message).not.toContain('RequestId');
  });

  it.each<[string, unknown]>([
    ['a throttle', rest(503, 'ServerBusy')],
    ['a throttle of Event Grid', rest(429, '')],
    ['a throttle of Service Bus', bus('ServiceBusy', true)],
    ['a full queue', bus('QuotaExceeded', false)],
    ['a fault of its own', rest(500, 'InternalError')],
    ['a call that took too long', rest(500, 'OperationTimedOut')],
    ['a broken connection', net('ECONNRESET')],
    ['a silent bus', bus('ServiceTimeout', true)],
    ['a container that is being removed', rest(409, 'ContainerBeingDeleted')],
    [
      'a request that was signed before a pause',
      rest(403, 'AuthenticationFailed', 'Request date header too old: then'),
    ],
  ])('XORCA_UNAVAILABLE, to be tried again, for %s', (_, cause) => {
    expect(told(cause)).toMatchObject({ code: 'XORCA_UNAVAILABLE', retryable: true });
  });

  it('XORCA_UNAVAILABLE for good for what is no state of affairs', () => {
    expect(told(rest(400, 'InvalidInput'))).toMatchObject({ code: 'XORCA_UNAVAILABLE', retryable: false });
    expect(told(rest(501, 'NotImplemented'))).toMatchObject({ retryable: false });
  });

  it('in words that fit what became of a write', () => {
    expect(told(net('ECONNRESET')).message).toContain('It is not known whether a write arrived');
    const full = told(bus('QuotaExceeded', false)).message;
    expect(full).toContain('It is full: its consumer is down, or it is too small');
    expect(full).not.toContain('asked too much');
    const refused = told(bus('GeneralError', false, 'NotImplementedError: no sessions'));
    expect(refused).toMatchObject({
      retryable: true,
      message: expect.stringContaining('nothing was changed'),
    });
    expect(refused.message).not.toContain('not known');
  });

  it('itself where it is an error of xorca already', () => {
    const own = new XorcaError('XORCA_CONFLICT', 'x');
    expect(told(own)).toBe(own);
  });
});

describe('as it comes over the wire', () => {
  const late = "Request date header too old: 'Tue, 24 Nov 2026 20:00:00 GMT'";
  const said = 'Server failed to authenticate the request.\nRequestId:1\nTime:2';

  it('a request of Blob that was signed before a pause is to be tried again', async () => {
    const xml = `<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code><Message>${said}</Message><AuthenticationErrorDetail>${late}</AuthenticationErrorDetail></Error>`;
    const cause = await answering([403, 'application/xml', xml], (port) =>
      thrownBy(
        new ContainerClient(connectionTo(port), 'abc', { retryOptions: { maxTries: 1 } })
          .getBlockBlobClient('x')
          .download(),
      ),
    );
    expect(told(cause)).toMatchObject({
      code: 'XORCA_UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining('nothing was changed'),
    });
  });

  it('a reason of Table is its sentence, and not its JSON', async () => {
    const answer = (code: string, value: string) =>
      JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value } } });
    const table = (body: string) =>
      answering([403, 'application/json;odata=minimalmetadata', body], (port) =>
        thrownBy(TableClient.fromConnectionString(connectionTo(port), 'abc', ONCE).getEntity('p', 'r')),
      );
    const denied = told(await table(answer('AuthorizationFailure', `Not authorized.\nRequestId:1\nTime:2`)));
    expect(denied.message).toContain(
      'PutBlob on container "processes" for process "order-1": Not authorized (',
    );
    expect(denied.message).not.toMatch(/RequestId|[{}]/);
    expect(told(await table(answer('AuthenticationFailed', `${said}\n${late}`)))).toMatchObject({
      retryable: true,
    });
  });

  it('an identity whose service fails is to be tried again, with its reason', async () => {
    const cause = await answering(
      [500, 'application/json', '{"error":"server_error","error_description":"out of order"}'],
      async (port) => {
        vi.stubEnv('IDENTITY_ENDPOINT', `http://127.0.0.1:${port}/msi`);
        vi.stubEnv('IDENTITY_HEADER', 'h');
        return thrownBy(new ManagedIdentityCredential(ONCE).getToken('https://storage.azure.com/.default'));
      },
    );
    expect(told(cause)).toMatchObject({
      code: 'XORCA_UNAVAILABLE',
      retryable: true,
      message: expect.stringMatching(/no token.*out of order.*Nothing was changed/),
    });
  });
});

describe('credentials', () => {
  const none = new CredentialUnavailableError('Azure CLI could not be found.\nSee there.');
  const silent = new CredentialUnavailableError(
    'ManagedIdentityCredential: Network unreachable. Message: network_error',
  );
  const unknown = new CredentialUnavailableError(
    'ManagedIdentityCredential: Authentication failed. Message invalid_request: Description: Identity not found',
  );
  const chain = (...errors: Error[]) => new AggregateAuthenticationError(errors, 'Chain failed.');

  it.each<[string, Error]>([
    ['one of a chain is silent', chain(none, silent)],
    ['the service of tokens fails', new AuthenticationError(503, 'busy')],
    ['it fails within a chain', chain(none, new AuthenticationError(500, 'oops'))],
  ])('wait while %s', (_, cause) => {
    expect(told(cause)).toMatchObject({ code: 'XORCA_UNAVAILABLE', retryable: true, processId: 'order-1' });
  });

  it.each<[string, Error]>([
    ['there is none', chain(none, none)],
    ['the identity is not known', chain(none, unknown)],
    ['a secret is wrong', chain(none, new AuthenticationError(401, { error: 'invalid_client' } as never))],
    ['what is asked for is wrong', new AuthenticationError(400, 'no such tenant')],
  ])('are to be mended where %s', (_, cause) => {
    expect(told(cause)).toMatchObject({ code: 'XORCA_CONFIG', retryable: false });
  });

  it('of Service Bus count all, though it throws a list of its tries', () => {
    const tries = new AggregateError([new Error('first'), chain(none, silent, none)]);
    expect(serviceBusError(tries, call)).toMatchObject({ code: 'XORCA_UNAVAILABLE', retryable: true });
    expect(serviceBusError(chain(none, silent, none), call).message).toContain('network_error');
  });

  it('are told with the reason of each, shortly, what was answered first', () => {
    const { message } = told(chain(none, none, silent));
    expect(message).toContain('network_error; Azure CLI could not be found.'.replace(/\.$/, ''));
    expect(message.match(/Azure CLI/g)).toHaveLength(1);
    expect(message).not.toContain('See there');
    const long = Array.from(
      { length: 50 },
      (_, n) => new CredentialUnavailableError(`${n} is not there at all`),
    );
    expect(told(chain(...long)).message.length).toBeLessThan(800);
  });
});
