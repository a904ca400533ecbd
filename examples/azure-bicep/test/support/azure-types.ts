import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Value } from './evaluate.ts';

/**
 * A type as the extract writes it: `string`, `'A' | 'B'`, an object of properties, `{ "[]": … }` for a list, `{ "*": … }` for any names, and
 * `{ "one of": property, base, … }` where a property decides. At the end of a name `!` is what must be there, `=` what can only be read.
 */
type AzureType = string | { readonly [name: string]: AzureType };

const { types } = JSON.parse(readFileSync(join(import.meta.dirname, 'azure-types.json'), 'utf8')) as {
  readonly types: Readonly<Record<string, AzureType>>;
};
// Of Bicep, not of the resource.
const OF_BICEP = ['parent', 'scope', 'dependsOn'];

/** What is wrong with a resource by the types of Azure: a type or version that is not there, a property that it has not, a value that does not fit. */
export function faultsOf(
  type: string,
  version: string,
  body: { readonly [key: string]: Value },
): readonly string[] {
  const known = types[`${type}@${version}`];
  if (!known) return [`no type ${type}@${version}`];
  const own = Object.fromEntries(Object.entries(body).filter(([name]) => !OF_BICEP.includes(name)));
  return faults(known, own, '');
}

/** What is asked of a resource that its type does not have: `<id → properties.name>` in texts. */
export function readFaults(text: string): readonly string[] {
  return [...text.matchAll(/<([^<>]+) → ([\w.]+)>/g)].flatMap(([, id = '', path = '']) => {
    const [provider, ...parts] = id.split('/');
    const name = [provider, ...parts.filter((_, at) => at % 2 === 0)].join('/');
    const versions = Object.keys(types).filter((each) => each.startsWith(`${name}@`));
    const known = versions.some((version) => has(types[version], path.split('.')));
    return known ? [] : [`${name} has no ${path} to be read`];
  });
}

function has(type: AzureType | undefined, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined || type === 'any') return true;
  if (typeof type !== 'object') return false;
  return ['', '!', '=', '!='].some((end) => `${name}${end}` in type && has(type[`${name}${end}`], rest));
}

function faults(type: AzureType, value: Value, at: string): readonly string[] {
  if (typeof type === 'string')
    return isOf(type, value) ? [] : [`${at} is no ${type}: ${JSON.stringify(value)}`];
  if (typeof value === 'string' && value.startsWith('<')) return [];
  const items = type['[]'];
  if (items !== undefined) {
    if (!Array.isArray(value)) return [`${at} is no list`];
    return value.flatMap((each, index) => faults(items, each, `${at}[${index}]`));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at} is no object`];
  const own = value as { readonly [key: string]: Value };
  const by = type['one of'];
  if (typeof by === 'string') {
    const chosen = type[String(own[by])];
    if (chosen === undefined) return [`${at}.${by} is none of ${Object.keys(type).slice(2).join(', ')}`];
    return faults({ ...(type['base'] as object), ...(chosen as object) }, own, at);
  }
  const any = type['*'];
  const missing = Object.keys(type)
    .filter((name) => name.endsWith('!') && own[name.slice(0, -1)] === undefined)
    .map((name) => `${at} lacks ${name.slice(0, -1)}`);
  const others = Object.entries(own).flatMap(([name, each]) => {
    const of = type[name] ?? type[`${name}!`] ?? any;
    return of === undefined ? [`${at} has no ${name}`] : faults(of, each, `${at}.${name}`);
  });
  return [...missing, ...others];
}

function isOf(type: string, value: Value): boolean {
  if (typeof value === 'string' && value.includes('<')) return true;
  if (type === 'any') return true;
  if (type === 'object') return typeof value === 'object';
  if (type === 'int') return Number.isInteger(value);
  if (type === 'bool') return typeof value === 'boolean';
  // Azure would take any text for some that have names for their values, and so pass a misspelt one.
  const values = type.split(' | ').filter((each) => each !== 'string');
  return typeof value === 'string' && (values.length === 0 || values.includes(`'${value}'`));
}
