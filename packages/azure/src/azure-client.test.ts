import { afterEach, describe, expect, it, vi } from 'vitest';
import { type AzureConnection, type AzureCredential, azureService } from './azure-client.ts';

interface Thing {
  look(): string;
}

const SECRET = 'AccountKey=c2VjcmV0';

/** A service whose client says what it was made of. */
function service(connection: AzureConnection, part: { load?: () => Promise<object>; broken?: boolean } = {}) {
  const { load = async () => ({}), broken = false } = part;
  return azureService<object, Thing>(connection, {
    where: 'thingStore',
    sdk: '@azure/things',
    method: 'look',
    endpoint: 'https://<account>.things.core.windows.net',
    identity: {
      uris: ['thingServiceUri', 'serviceUri'],
      ofAccount: (account) => `https://${account}.things`,
    },
    load,
    fromConnection: (_, text) => {
      if (broken) throw new Error(`Invalid: ${text}`);
      return { look: () => text };
    },
    fromEndpoint: (_, endpoint, credential) => ({
      look: () => `${endpoint} as ${(credential as AzureCredential & { name?: string }).name}`,
    }),
  });
}

const looked = async (connection: AzureConnection) => (await service(connection).client()).look();
const credential = { name: 'me', getToken: async () => ({ token: 't' }) };

afterEach(() => vi.unstubAllEnvs());

describe('a connection', () => {
  it('is a client, a connection string, or an address with a credential', async () => {
    expect(await looked({ client: { look: () => 'mine' } })).toBe('mine');
    expect(await looked({ connection: 'UseIt=true' })).toBe('UseIt=true');
    expect(await looked({ endpoint: 'https://a.things', credential })).toBe('https://a.things as me');
  });

  it('is an app setting with a connection string, as triggers have it', async () => {
    vi.stubEnv('Things', 'UseIt=true');
    expect(await looked({ setting: 'Things' })).toBe('UseIt=true');
  });

  it.each([
    ['__thingServiceUri', 'https://b.things/', 'https://b.things/'],
    ['__serviceUri', 'https://c.things/', 'https://c.things/'],
    ['__accountName', 'd', 'https://d.things'],
  ])('is the settings of an identity: %s', async (end, value, endpoint) => {
    vi.stubEnv(`Things${end}`, value);
    expect(await looked({ setting: 'Things', credential })).toBe(`${endpoint} as me`);
  });

  it('takes the default credential of @azure/identity where none is given, for the identity that is named', async () => {
    vi.stubEnv('Things__accountName', 'd');
    vi.stubEnv('Things__clientId', '00000000-0000-0000-0000-000000000001');
    expect(await looked({ setting: 'Things' })).toBe('https://d.things as undefined');
    expect(await looked({ endpoint: 'https://a.things' })).toBe('https://a.things as undefined');
  });

  it('makes its client once, with the first call', async () => {
    const load = vi.fn(async () => ({}));
    const one = service({ connection: 'UseIt=true' }, { load });
    expect(load).not.toHaveBeenCalled();
    expect(await one.client()).toBe(await one.client());
    expect(load).toHaveBeenCalledTimes(1);
  });
});

describe('a wrong connection is told at the cold start', () => {
  it.each<[string, AzureConnection]>([
    ['exactly one of client', {}],
    ['was given connection and endpoint', { connection: 'a', endpoint: 'b' }],
    ['client of thingStore has no method look: pass a client of @azure/things', { client: {} }],
    ['connection of thingStore must be a text, and not an empty one', { connection: '' }],
    ['endpoint of thingStore must be a text', { endpoint: 5 as never }],
    ['credential of thingStore goes with endpoint or setting', { connection: 'a', credential }],
    ['has no method getToken', { endpoint: 'https://a', credential: {} as never }],
    [
      'finds no app setting "Nothing" with a connection string, and none for an identity (Nothing__thingServiceUri, Nothing__serviceUri, Nothing__accountName)',
      { setting: 'Nothing' },
    ],
  ])('%s', (words, connection) => {
    expect(() => service(connection)).toThrow(
      expect.objectContaining({ code: 'XORCA_CONFIG', message: expect.stringContaining(words) }),
    );
  });

  it('a package that is missing is named', async () => {
    const load = () => Promise.reject(new Error('Cannot find package'));
    const one = service({ connection: 'a' }, { load });
    await expect(one.client()).rejects.toMatchObject({
      code: 'XORCA_CONFIG',
      message: expect.stringContaining('thingStore needs the package @azure/things'),
    });
  });

  it('a connection string that cannot be read is not shown', async () => {
    const error = await service({ connection: SECRET }, { broken: true })
      .client()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'XORCA_CONFIG' });
    expect(JSON.stringify([String(error), (error as Error).cause, (error as Error).stack])).not.toContain(
      'c2VjcmV0',
    );
  });
});
