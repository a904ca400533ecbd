import { afterEach, describe, expect, it, vi } from 'vitest';
import { type AzureConnection, type AzureCredential, azureService } from './azure-client.ts';

interface Thing {
  look(): string;
}

/** A credential's own name, or its class and the identity it was made for. */
function nameOf(credential: AzureCredential): string {
  const { name, clientId } = credential as { name?: string; clientId?: string };
  return name ?? `${credential.constructor.name}${clientId === undefined ? '' : ` ${clientId}`}`;
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
      look: () => `${endpoint} as ${nameOf(credential)}`,
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

  it('takes the default credential of @azure/identity where none is given', async () => {
    vi.stubEnv('Things__accountName', 'd');
    expect(await looked({ setting: 'Things' })).toBe('https://d.things as DefaultAzureCredential');
    expect(await looked({ endpoint: 'https://a.things' })).toBe('https://a.things as DefaultAzureCredential');
  });

  it('takes the managed identity alone where the settings name it, as triggers do', async () => {
    vi.stubEnv('Things__accountName', 'd');
    vi.stubEnv('Things__credential', 'managedidentity');
    expect(await looked({ setting: 'Things' })).toBe('https://d.things as ManagedIdentityCredential');
    vi.stubEnv('Things__clientId', 'id-1');
    expect(await looked({ setting: 'Things' })).toBe('https://d.things as ManagedIdentityCredential id-1');
    vi.stubEnv('Things__credential', '');
    expect(await looked({ setting: 'Things' })).toBe('https://d.things as ManagedIdentityCredential id-1');
    // The id of an application then.
    vi.stubEnv('Things__clientSecret', 's');
    expect(await looked({ setting: 'Things' })).toBe('https://d.things as DefaultAzureCredential');
  });

  it('that could not be made once is made anew with the next call', async () => {
    const load = vi.fn(async () => ({})).mockRejectedValueOnce(new Error('too many open files'));
    const one = service({ connection: 'UseIt=true' }, { load });
    await expect(one.client()).rejects.toMatchObject({ code: 'XORCA_CONFIG' });
    expect((await one.client()).look()).toBe('UseIt=true');
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

  it.each([
    'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=c2VjcmV0',
    'https://a.things/?sv=2024&sig=c2VjcmV0',
    'https://me:c2VjcmV0@a.things',
    'c2VjcmV0'.repeat(6),
  ])('a value in the place of the name of its setting is not shown: %s', (setting) => {
    expect(() => service({ setting })).toThrow(
      expect.objectContaining({
        code: 'XORCA_CONFIG',
        message: expect.stringMatching(
          /^(?!.*c2VjcmV0).*must be the name of an app setting.*connection string/,
        ),
      }),
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
