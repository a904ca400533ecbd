import { isXorcaError, XorcaError } from '@xorca/core';
import { messageOf } from '@xorca/core/backend';
import { type AzureCall, azureError } from './azure-errors.ts';
import {
  connectionOf,
  type IdentitySettings,
  type ManagedIdentity,
  type SettingsFound,
} from './azure-settings.ts';

/** Proves who calls, as the credentials of `@azure/identity` do. */
export interface AzureCredential {
  getToken(scopes: string | string[], options?: never): Promise<unknown>;
}

/** Who makes the calls: a client that you made, or one that is made with the first call. Exactly one of `client`, `connection`, `endpoint` and `setting`. */
export interface AzureConnection<Client = object> {
  /** A client of the SDK; what else names its resource is then not given. */
  readonly client?: Client;
  /** A connection string, with a key. It is never logged. */
  readonly connection?: string;
  /** Address of the service; calls are then signed by `credential`. */
  readonly endpoint?: string;
  /**
   * The name of an app setting, as triggers of Functions have it in their `connection`: the setting has a connection string; or there are
   * settings for an identity that begin with it and two underscores (`<name>__accountName`, `<name>__fullyQualifiedNamespace`; with `<name>__credential` = `managedidentity`, or `<name>__clientId`, by that one alone).
   */
  readonly setting?: string;
  /** With `endpoint` or `setting`. Default: `DefaultAzureCredential` of `@azure/identity`: the function's managed identity, or who is logged in. */
  readonly credential?: AzureCredential;
}

/** The options of `AzureConnection`, for those who check theirs. */
export const CONNECTION_OPTIONS: readonly (keyof AzureConnection)[] = [
  'client',
  'connection',
  'endpoint',
  'setting',
  'credential',
];

/** A service as the ports call it. */
export interface AzureService<Client> {
  /** The client, which is there with the first call. */
  client(): Promise<Client>;
  /** What a failed call is thrown as. */
  failed(cause: unknown, call: AzureCall): XorcaError;
}

/** How a service's client comes about. */
export interface AzureServiceOptions<Sdk, Client> {
  /** The factory whose options these are, for errors. */
  readonly where: string;
  /** Package of the SDK, for errors. */
  readonly sdk: string;
  /** A method that a client of that kind has, by which a given one is known. */
  readonly method: keyof Client & string;
  /** What an endpoint looks like, for errors: `https://<account>.blob.core.windows.net`. */
  readonly endpoint: string;
  /** How an address is found in the settings of an identity. */
  readonly identity: IdentitySettings;
  readonly load: () => Promise<Sdk>;
  readonly fromConnection: (sdk: Sdk, connection: string) => Client;
  readonly fromEndpoint: (sdk: Sdk, endpoint: string, credential: AzureCredential) => Client;
}

/** A service whose SDK and client are there with the first call, so that a cold start pays for nothing that it does not use. */
export function azureService<Sdk, Client extends object>(
  given: AzureConnection,
  options: AzureServiceOptions<Sdk, Client>,
): AzureService<Client> {
  assertConnection(given, options);
  const connection = given.setting === undefined ? given : connectionOf(given.setting, options);
  const { where, sdk, load, fromConnection, fromEndpoint } = options;
  let made: Promise<Client> | undefined;

  async function open(): Promise<Client> {
    if (connection.client) return connection.client as Client;
    const part = await loaded(load, sdk, where);
    try {
      if (connection.connection !== undefined) return fromConnection(part, connection.connection);
      const { endpoint = '', identity } = connection as Partial<SettingsFound>;
      const credential = given.credential ?? (await credentialOf(where, identity));
      return fromEndpoint(part, endpoint, credential);
    } catch (cause) {
      if (isXorcaError(cause)) throw cause;
      // Without its message, which may show the key.
      throw new XorcaError(
        'XORCA_CONFIG',
        `${sdk} cannot make a client of what ${where} was given. Compare it with ${options.endpoint}, or copy the connection string once more.`,
      );
    }
  }

  return {
    client() {
      made ??= open().catch((cause: unknown) => {
        // A load that failed once must not count for as long as the program lives.
        made = undefined;
        throw cause;
      });
      return made;
    },
    failed: azureError,
  };
}

function assertConnection<Sdk, Client>(
  given: AzureConnection,
  { where, sdk, method, endpoint }: AzureServiceOptions<Sdk, Client>,
): void {
  const ways = (['client', 'connection', 'endpoint', 'setting'] as const).filter(
    (name) => given[name] !== undefined,
  );
  const wrong = (text: string) => new XorcaError('XORCA_CONFIG', text);
  if (ways.length !== 1) {
    const said = ways.length === 0 ? 'none' : ways.join(' and ');
    throw wrong(
      `${where} needs exactly one of client, connection (a connection string), endpoint (${endpoint}) and setting (the name of an app setting), and was given ${said}.`,
    );
  }
  const { client, credential } = given;
  if (client !== undefined && typeof (client as Record<string, unknown> | null)?.[method] !== 'function') {
    throw wrong(`client of ${where} has no method ${method}: pass a client of ${sdk}.`);
  }
  for (const name of ['connection', 'endpoint', 'setting'] as const) {
    const text: unknown = given[name];
    if (text !== undefined && (typeof text !== 'string' || text === '')) {
      throw wrong(`${name} of ${where} must be a text, and not an empty one. Is its variable set?`);
    }
  }
  if (credential === undefined) return;
  if (given.endpoint === undefined && given.setting === undefined) {
    throw wrong(
      `credential of ${where} goes with endpoint or setting: what else it was given proves itself who calls.`,
    );
  }
  if (typeof credential?.getToken !== 'function') {
    throw wrong(
      `credential of ${where} has no method getToken: pass a credential of @azure/identity, such as new DefaultAzureCredential().`,
    );
  }
}

async function loaded<Sdk>(load: () => Promise<Sdk>, name: string, where: string): Promise<Sdk> {
  try {
    return await load();
  } catch (cause) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `${where} needs the package ${name}, which cannot be loaded: ${messageOf(cause)}. Install it.`,
      { cause },
    );
  }
}

async function credentialOf(where: string, identity: ManagedIdentity | undefined): Promise<AzureCredential> {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await loaded(
    () => import('./sdk/identity-sdk.ts'),
    '@azure/identity',
    where,
  );
  if (!identity) return new DefaultAzureCredential() as unknown as AzureCredential;
  // As the triggers do it: no other credential is tried, so its own reason is told when it fails.
  const { clientId } = identity;
  return new ManagedIdentityCredential(
    clientId === undefined ? {} : { clientId },
  ) as unknown as AzureCredential;
}
