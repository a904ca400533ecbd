import type { Node } from 'web-tree-sitter';
import { named, plainText, where } from './bicep-file.ts';
import { variablesOf } from './unresolved.ts';

/** What an expression comes to: JSON. What only a deployment knows is a text in angle brackets. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** What names mean where an expression stands. */
export interface Scope {
  readonly path: string;
  /** The value of a name; a resource is an object with `id`, `name` and `path`. */
  lookup(name: string): Value;
  /** What a resource or a module is known to have beside its id and name. */
  member?(of: { readonly [key: string]: Value }, name: string): Value;
}

type Call = (...args: readonly Value[]) => Value;

const FUNCTIONS: Readonly<Record<string, Call>> = {
  empty: (value) => value === null || Object.keys(value as object).length === 0,
  guid: (...args) => `guid(${args.join(', ').replace(/\/| → /g, ':')})`,
  uniqueString: () => 'abcdefghijklm',
  resourceGroup: () => ({ id: '<group>', location: '<location>' }),
  environment: () => ({ suffixes: { storage: 'core.windows.net' } }),
  union: (...args) => Object.assign({}, ...args),
  resourceId: (type, ...names) => idOf(String(type), names.map(String)),
  subscriptionResourceId: (type, name) => idOf(String(type), [String(name)]),
};

/** The id of a resource as a path, without what is before its provider. */
export function idOf(type: string, names: readonly string[]): string {
  const [provider, ...kinds] = type.split('/');
  return [provider, ...kinds.flatMap((kind, at) => [kind, names[at] ?? '<none>'])].join('/');
}

/** Evaluates an expression. Throws at what it does not know: what is not understood must not pass for right. */
export function evaluate(node: Node, scope: Scope): Value {
  const at = (child: Node | null | undefined) => evaluate(child as Node, scope);
  const parts = named(node);
  switch (node.type) {
    case 'string':
      return parts.some(({ type }) => type === 'interpolation')
        ? parts
            .map((part) =>
              part.type === 'interpolation' ? String(at(named(part)[0])) : unescaped(part.text),
            )
            .join('')
        : plainText(node);
    case 'number':
      return Number(node.text);
    case 'boolean':
      return node.text === 'true';
    case 'null':
      return null;
    case 'array':
      return parts.map((part) => at(part));
    case 'object':
      return Object.fromEntries(
        parts
          .map((part) => named(part) as [Node, Node | undefined])
          .flatMap(([key, value]) =>
            value ? [[key.type === 'string' ? String(at(key)) : key.text, at(value)]] : [],
          ),
      );
    case 'identifier':
      return scope.lookup(node.text);
    case 'parenthesized_expression':
      return at(parts[0]);
    case 'ternary_expression':
      return at(node.childForFieldName(at(parts[0]) === true ? 'consequence' : 'alternative'));
    case 'unary_expression':
      return !at(parts[0]);
    case 'for_statement':
      return loop(node, scope).map((each) => evaluate(each.body, each.scope));
    case 'resource_expression':
    case 'member_expression':
      return memberOf(at(parts[0]), parts[1]?.text ?? '', scope);
    case 'subscript_expression':
      return memberOf(at(parts[0]), String(at(parts[1])), scope);
    case 'call_expression':
      return call(node, scope);
    default:
      throw new Error(`${where(scope.path, node)} has ${node.type}, which these tests do not know.`);
  }
}

/** Each round of a loop, with its variables. */
export function loop(node: Node, scope: Scope): readonly { readonly body: Node; readonly scope: Scope }[] {
  const list = evaluate(named(node)[1] as Node, scope) as readonly Value[];
  const body = node.childForFieldName('body') as Node;
  return list.map((each, index) => ({ body, scope: withVariables(scope, variablesOf(node), [each, index]) }));
}

function call(node: Node, scope: Scope): Value {
  const [callee, list] = named(node) as [Node, Node];
  const args = named(list);
  if (callee.type === 'member_expression') {
    const [of, method] = named(callee) as [Node, Node];
    return `<${method.text} of ${(evaluate(of, scope) as { id?: string }).id}>`;
  }
  if (callee.text === 'map') {
    const [items, lambda] = args as [Node, Node];
    const body = named(lambda)[1] as Node;
    const names = variablesOf(lambda);
    const values = evaluate(items, scope) as readonly Value[];
    return values.map((each, index) => evaluate(body, withVariables(scope, names, [each, index])));
  }
  const known = FUNCTIONS[callee.text];
  if (!known)
    throw new Error(`${where(scope.path, node)} calls ${callee.text}, which these tests do not know.`);
  return known(...args.map((each) => evaluate(each, scope)));
}

function memberOf(of: Value, name: string, scope: Scope): Value {
  // Behind what only a deployment knows is more of that.
  if (typeof of === 'string') return `${of.replace(/>$/, '')}.${name}>`;
  const own = (of as { [key: string]: Value })?.[name];
  if (own !== undefined) return own;
  const more = scope.member?.(of as { [key: string]: Value }, name);
  if (more === undefined) throw new Error(`${scope.path} asks for ${name}, which is not there.`);
  return more;
}

function withVariables(scope: Scope, names: readonly string[], values: readonly Value[]): Scope {
  return {
    ...scope,
    lookup: (name) => (names.includes(name) ? (values[names.indexOf(name)] as Value) : scope.lookup(name)),
  };
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}
