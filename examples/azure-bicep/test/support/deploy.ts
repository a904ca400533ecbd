import { dirname, join } from 'node:path';
import type { Node } from 'web-tree-sitter';
import { type BicepFile, bodyOf, type Declaration, named as partsOf, readBicep } from './bicep-file.ts';
import { evaluate, idOf, loop, type Scope, type Value } from './evaluate.ts';
import { bindParams } from './params.ts';

type Properties = { readonly [key: string]: Value };

/** A resource that would be made. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly version: string;
  /** Where in the files it comes from: `roles.bicep tableRole`. */
  readonly from: string;
  /** The resource as it is written, evaluated. */
  readonly body: Properties;
}

/** What a file comes to. */
export interface Deployment {
  readonly resources: readonly Resource[];
  readonly outputs: Properties;
  /** The outputs of its modules. */
  readonly inner: readonly Properties[];
}

/** What a Bicep file would deploy, its modules included. Throws where a parameter, a name or a function is unknown. */
export function deploy(path: string, params: Properties = {}, file = readBicep(path)): Deployment {
  const resources: Resource[] = [];
  const inner: Properties[] = [];
  const values = new Map<string, Value>();
  // An output may be called as a variable is, and nothing refers to it.
  const named = file.declarations.filter(({ kind }) => kind !== 'output');
  const known = new Map(named.map((each) => [each.name, each]));
  const scope: Scope = {
    path,
    lookup: (name) => {
      const own = values.get(name);
      if (own !== undefined) return own;
      const declared = known.get(name);
      if (!declared) throw new Error(`${path} has no ${name}.`);
      const value = meaningOf(declared);
      values.set(name, value);
      return value;
    },
    member: (of, name) => (typeof of['id'] === 'string' ? `<${of['id']} → ${name}>` : (undefined as never)),
  };
  bindParams(file, params, scope, values);

  function meaningOf(declared: Declaration): Value {
    if (declared.kind === 'var') return evaluate(declared.value as Node, scope);
    if (declared.kind === 'module') return { outputs: moduleOf(declared).outputs };
    if (declared.kind !== 'resource') throw new Error(`${path}: ${declared.name} is no value.`);
    return resourceOf(declared);
  }

  function moduleOf({ of, value }: Declaration): Deployment {
    const body = value?.type === 'if_statement' ? conditional(value, scope) : value;
    if (!body) return { resources: [], outputs: {}, inner: [] };
    const own = evaluate(body, scope) as { params?: Properties };
    const made = deploy(join(dirname(path), of), own.params);
    resources.push(...made.resources);
    inner.push(made.outputs, ...made.inner);
    return made;
  }

  /** A resource as others see it, or the list of a loop. Those that are new are kept. */
  function resourceOf(declared: Declaration, outer?: Properties & { readonly type: string }): Value {
    const [ownType = '', version = String(outer?.['version'])] = declared.of.split('@');
    const type = outer ? `${outer.type}/${ownType}` : ownType;
    const make = (body: Node | undefined, inner: Scope): Value => {
      if (!body) return { id: '<none>', name: '<none>' };
      const own = evaluate(body, inner) as Properties;
      const parent = (own['parent'] ?? outer) as { names?: readonly string[] } | undefined;
      const names = [...(parent?.names ?? []), ...String(own['name']).split('/')];
      const made = { id: idOf(type, names), name: names.at(-1) as string, names, type, version };
      if (!declared.isExisting)
        resources.push({
          id: made.id,
          type,
          version,
          from: `${path.split('/').at(-1)} ${declared.name}`,
          body: own,
        });
      return {
        ...made,
        ...Object.fromEntries(declared.within.map((each) => [each.name, resourceOf(each, made)])),
      };
    };
    const { value } = declared;
    if (value?.type === 'for_statement')
      return loop(value, scope).map(({ body, scope: inner }) =>
        make(body.type === 'if_statement' ? conditional(body, inner) : body, inner),
      );
    return make(value?.type === 'if_statement' ? conditional(value, scope) : value, scope);
  }

  for (const { name } of named) scope.lookup(name);
  return { resources, outputs: outputsOf(file, scope), inner };
}

function conditional(value: Node, scope: Scope): Node | undefined {
  return evaluate(partsOf(value)[0] as Node, scope) === true ? bodyOf(value) : undefined;
}

function outputsOf({ declarations }: BicepFile, scope: Scope): Properties {
  return Object.fromEntries(
    declarations
      .filter(({ kind }) => kind === 'output')
      .map(({ name, value }) => [name, evaluate(value as Node, scope)]),
  );
}
