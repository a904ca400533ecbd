import { expect, it } from 'vitest';
import { awsService } from './aws-client.ts';

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
