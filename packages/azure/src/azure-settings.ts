import process from 'node:process';
import { XorcaError } from '@xorca/core';

/** How the address of a service is found in the settings of an identity. */
export interface IdentitySettings {
  /** Ends of settings that have the address itself, such as `blobServiceUri`; the first that is set counts. */
  readonly uris: readonly string[];
  /** The address at an account of storage, which `<name>__accountName` names. */
  readonly ofAccount?: (account: string) => string;
}

/** What an app setting names: a connection string, or an address and who asks it. */
export type SettingsFound =
  | { readonly connection: string; readonly endpoint?: never; readonly clientId?: never }
  | { readonly endpoint: string; readonly connection?: never; readonly clientId: string | undefined };

/**
 * Reads the app settings that the triggers and bindings of Functions go by, too:
 * https://learn.microsoft.com/en-us/azure/azure-functions/functions-reference#connections. `XORCA_CONFIG` unless they name a service.
 */
export function connectionOf(
  name: string,
  { where, identity }: { readonly where: string; readonly identity: IdentitySettings },
): SettingsFound & { readonly credential?: never; readonly client?: never } {
  const connection = read(name);
  if (connection !== undefined) return { connection };
  const account = read(`${name}__accountName`);
  const endpoint =
    identity.uris.map((end) => read(`${name}__${end}`)).find((uri) => uri !== undefined) ??
    (account === undefined ? undefined : identity.ofAccount?.(account));
  if (endpoint !== undefined) return { endpoint, clientId: read(`${name}__clientId`) };
  const ends = [...identity.uris, ...(identity.ofAccount ? ['accountName'] : [])];
  throw new XorcaError(
    'XORCA_CONFIG',
    `${where} finds no app setting ${JSON.stringify(name)} with a connection string, and none for an identity (${ends.map((end) => `${name}__${end}`).join(', ')}). Set one of them.`,
  );
}

// As a setting may be there and empty.
function read(name: string): string | undefined {
  const value = process.env[name];
  return value === undefined || value === '' ? undefined : value;
}
