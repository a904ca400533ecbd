import { expect, it } from 'vitest';
import { bucket } from '../test/support/template.ts';

const properties = (props = {}) =>
  Object.values(bucket(props).template.findResources('AWS::S3::Bucket'))[0] as Record<string, never>;

it('data of events ends by age; nothing else does, whatever its key', () => {
  expect(properties()['Properties']?.['LifecycleConfiguration']).toEqual({
    Rules: [{ Id: 'events', Prefix: 'event/', ExpirationInDays: 30, Status: 'Enabled' }],
  });
  expect(properties({ prefix: 'shop/', eventDays: 20 })['Properties']?.['LifecycleConfiguration']).toEqual({
    Rules: [{ Id: 'events', Prefix: 'shop/event/', ExpirationInDays: 20, Status: 'Enabled' }],
  });
});

it('events are not kept shorter than dead letters are, which refer to them', () => {
  for (const eventDays of [14, 0, 1.5, 3_651]) {
    expect(() => bucket({ eventDays })).toThrow(
      /XORCA_CONFIG: eventDays must be a whole number from 15 to 3650/,
    );
  }
});

it('a bucket is private, takes no call without TLS, and outlives its stack', () => {
  const { Properties, DeletionPolicy } = properties();
  expect(DeletionPolicy).toBe('Retain');
  expect(Properties?.['PublicAccessBlockConfiguration']).toEqual({
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  });
  bucket().template.hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: {
      Statement: [{ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
    },
  });
});
