import process from 'node:process';
import { XorcaError } from '@xorca/core';
import { shown } from './shown-value.ts';

/** How the address of a service is found in the settings of an identity. */
export interface IdentitySettings {
  /** Ends of settings that have the address itself, such as `blobServiceUri`; the first that is set counts. */
  readonly uris: readonly string[];
  /** The address at an account of storage, which `<name>__accountName` names. */
  readonly ofAccount?: (account: string) => string;
}

/** The function's identity, as the settings name it. */
export interface ManagedIdentity {
  /** Of an identity that is assigned by you. Default: the function's own. */
  readonly clientId: string | undefined;
}

/** What an app setting names: a connection string, or an address and who asks it. */
export type SettingsFound =
  | { readonly connection: string; readonly endpoint?: never; readonly identity?: never }
  | {
      readonly endpoint: string;
      readonly connection?: never;
      /** Undefined where the settings leave it open. */
      readonly identity: ManagedIdentity | undefined;
    };

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
  if (endpoint !== undefined) return { endpoint, identity: managedIdentity(name) };
  if (shown(name) !== JSON.stringify(name)) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `setting of ${where} must be the name of an app setting, and was given ${shown(name)}. Give the name, or the text as connection.`,
    );
  }
  const ends = [...identity.uris, ...(identity.ofAccount ? ['accountName'] : [])];
  throw new XorcaError(
    'XORCA_CONFIG',
    `${where} finds no app setting ${JSON.stringify(name)} with a connection string, and none for an identity (${ends.map((end) => `${name}__${end}`).join(', ')}). Set one of them.`,
  );
}

function managedIdentity(name: string): ManagedIdentity | undefined {
  const clientId = read(`${name}__clientId`);
  const isManaged = read(`${name}__credential`)?.toLowerCase() === 'managedidentity';
  // With a secret it is the id of an application.
  const isNamed = clientId !== undefined && read(`${name}__clientSecret`) === undefined;
  return isManaged || isNamed ? { clientId } : undefined;
}

// As a setting may be there and empty.
function read(name: string): string | undefined {
  const value = process.env[name];
  return value === undefined || value === '' ? undefined : value;
}
