import type { Input, Output, RegisteredFunction } from './rpc.ts';

/** Whatever runs functions: workers of their own, or this process. */
export interface FunctionsHost {
  /** Every function of the app, by name. */
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  /** The app settings. */
  readonly settings: Readonly<Record<string, string | undefined>>;
  /** Invokes a function with what its trigger gives, and waits for its end. */
  invoke(name: string, input: Input): Promise<Output>;
}

/** The function of that name; throws when there is none, or its trigger is of another type. */
export function functionOf(host: FunctionsHost, name: string, type: string): RegisteredFunction {
  const found = host.functions.get(name);
  if (!found) {
    const known = [...host.functions.keys()].join(', ') || 'none';
    throw new TypeError(`There is no function ${name}; there are: ${known}.`);
  }
  if (found.trigger.type.toLowerCase() === type.toLowerCase()) return found;
  throw new TypeError(`The function ${name} has a ${found.trigger.type}, not a ${type}.`);
}

/** A property of the trigger that is text, in which `%NAME%` stands for an app setting. */
export function textOf(host: FunctionsHost, { name, trigger }: RegisteredFunction, property: string): string {
  const text = trigger[property];
  if (typeof text !== 'string' || text === '')
    throw new TypeError(`The trigger of ${name} has no ${property}.`);
  return text.replace(/%([^%]+)%/g, (_, setting: string) => {
    const value = host.settings[setting];
    if (value === undefined) throw new TypeError(`The trigger of ${name} needs the app setting ${setting}.`);
    return value;
  });
}

/** The connection string that the trigger means: the app setting which its `connection` names. */
export function connectionOf(host: FunctionsHost, one: RegisteredFunction): string {
  const setting = textOf(host, one, 'connection');
  const value = host.settings[setting] ?? host.settings[`AzureWebJobs${setting}`];
  if (value !== undefined) return value;
  throw new TypeError(`The trigger of ${one.name} needs the app setting ${setting}, a connection string.`);
}
