import { XorcaError } from '@xorca/core';
import { describe, expect, it } from 'vitest';
import { azureError } from './azure-errors.ts';

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
const bus = (code: string, retryable: boolean) =>
  Object.assign(new Error(`${code}: said`), { name: 'ServiceBusError', code, retryable });
const net = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

const told = (cause: unknown) => azureError(cause, call);

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
    ['a closed network', rest(403, 'AuthorizationFailure'), 'network rules'],
    ['no claim on a bus', bus('UnauthorizedAccess', false), 'Assign the role'],
    ['a wrong key', rest(403, 'AuthenticationFailed'), 'Correct the key of the connection string'],
    [
      'no identity',
      Object.assign(new Error('no'), { name: 'CredentialUnavailableError' }),
      'give the program an identity',
    ],
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

  it('itself where it is an error of xorca already', () => {
    const own = new XorcaError('XORCA_CONFLICT', 'x');
    expect(told(own)).toBe(own);
  });
});
