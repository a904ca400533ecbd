import { expect, it } from 'vitest';
import { type AwsConnection, awsService, homeOf } from './aws-client.ts';

it('a client that is made waits for no answer without end: neither for its beginning nor for the rest of it', async () => {
  let config: { requestHandler?: Record<string, unknown> } = {};
  const service = awsService(
    {},
    {
      where: 'test',
      sdk: 'none',
      load: async () => ({}),
      make(_, given) {
        config = given;
        return { send: async () => undefined };
      },
    },
  );
  await service.send(() => ({}));
  expect(config.requestHandler).toEqual({
    connectionTimeout: expect.any(Number),
    requestTimeout: expect.any(Number),
    socketTimeout: expect.any(Number),
    throwOnRequestTimeout: true,
  });
});

it('a client is made for the region that a resource names; where a given one has another, that is what is told', async () => {
  const configs: { region?: string }[] = [];
  const refusal = Object.assign(new Error('Invalid parameter: TopicArn'), {
    name: 'InvalidParameter',
    $metadata: { httpStatusCode: 400 },
  });
  const refusing = (region: string) => ({
    config: { region: async () => region },
    send: () => Promise.reject(refusal),
  });
  const service = (connection: AwsConnection) =>
    awsService(connection, {
      where: 'test',
      sdk: 'none',
      home: homeOf('arn:aws:sns:eu-west-1:123456789012:orders'),
      load: async () => ({}),
      make(_, config) {
        configs.push(config);
        return refusing('eu-west-1');
      },
    });
  const told = async (connection: AwsConnection) => {
    const asked = service(connection);
    const cause = await asked.send(() => ({})).catch((error: unknown) => error);
    return asked.failed(cause, { action: 'sns:Publish', resource: 'topic "orders"', missing: '' });
  };
  expect(await told({})).toMatchObject({ code: 'XORCA_UNAVAILABLE', retryable: false });
  expect(configs).toMatchObject([{ region: 'eu-west-1' }]);
  expect(await told({ client: refusing('us-east-1') })).toMatchObject({
    code: 'XORCA_CONFIG',
    message: expect.stringMatching(/topic "orders" in region us-east-1 belongs to another region, eu-west-1/),
  });
});

it.each([
  ['arn:aws:sns:eu-west-1:123456789012:orders', 'eu-west-1'],
  ['arn:aws-us-gov:events:us-gov-west-1:123456789012:event-bus/orders', 'us-gov-west-1'],
  ['https://sqs.ap-southeast-2.amazonaws.com/123456789012/orders', 'ap-southeast-2'],
  ['http://127.0.0.1:9324/123456789012/orders', undefined],
  ['orders', undefined],
])('%s is of region %s', (resource, region) => {
  expect(homeOf(resource)).toBe(region);
});
