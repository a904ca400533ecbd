import type { Node } from 'web-tree-sitter';
import type { BicepFile, Declaration } from './bicep-file.ts';
import { evaluate, type Scope, type Value } from './evaluate.ts';

/** Puts the parameters of a file among its values. Throws when one is missing, unknown, or not what its declaration and decorators say. */
export function bindParams(
  { path, declarations }: BicepFile,
  given: { readonly [name: string]: Value },
  scope: Scope,
  values: Map<string, Value>,
): void {
  const params = declarations.filter(({ kind }) => kind === 'param');
  for (const name of Object.keys(given)) {
    if (!params.some((param) => param.name === name)) throw new Error(`${path} takes no parameter ${name}.`);
  }
  for (const param of params) {
    const value = param.name in given ? given[param.name] : param.value && evaluate(param.value, scope);
    if (value === undefined) throw new Error(`${path} needs the parameter ${param.name}.`);
    const fault = faultOf(param, value, scope);
    if (fault) throw new Error(`${path}: parameter ${param.name} ${fault}: ${JSON.stringify(value)}`);
    values.set(param.name, value);
  }
}

function faultOf(param: Declaration, value: Value, scope: Scope): string | undefined {
  if (!isOfType(param.of, value)) return `is no ${param.of}`;
  // What only a deployment knows.
  if (typeof value === 'string' && value.includes('<')) return undefined;
  const size = typeof value === 'number' ? value : Object.keys(value as object).length;
  for (const [name, args] of param.decorators) {
    const [limit] = args.map((arg: Node) => (name === 'description' ? null : evaluate(arg, scope)));
    if (/^min/.test(name) && size < Number(limit)) return `is below ${limit}`;
    if (/^max/.test(name) && size > Number(limit)) return `is above ${limit}`;
    if (name === 'allowed' && !(limit as Value[]).includes(value)) return 'is not allowed';
  }
  return undefined;
}

/** Of types as these files write them: `string`, `string[]`, `{ name: string, sessions: bool }[]`. */
function isOfType(type: string, value: Value): boolean {
  if (type.endsWith('[]'))
    return Array.isArray(value) && value.every((each) => isOfType(type.slice(0, -2), each));
  if (type === 'int') return Number.isInteger(value);
  if (type === 'string') return typeof value === 'string';
  if (type === 'bool') return typeof value === 'boolean';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (type === 'object') return true;
  const fields = [...type.matchAll(/(\w+): (\w+)/g)].map(([, name, of]) => [name as string, of as string]);
  const own = value as { readonly [key: string]: Value };
  return (
    Object.keys(own).length === fields.length &&
    fields.every(([name = '', of = '']) => own[name] !== undefined && isOfType(of, own[name]))
  );
}
