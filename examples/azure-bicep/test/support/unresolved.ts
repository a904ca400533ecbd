import type { Node } from 'web-tree-sitter';
import { type BicepFile, type Declaration, named, nodesOf, where } from './bicep-file.ts';

/** Names in a Bicep file that name nothing, each with its place. */
export function unresolved({ path, root, declarations }: BicepFile): readonly string[] {
  const known = new Map(
    declarations.filter(({ kind }) => kind !== 'output').map((each) => [each.name, each]),
  );
  return nodesOf(root)
    .filter((node) => node.type === 'identifier' && isReference(node))
    .filter((node) => !isKnown(node, known))
    .map((node) => `${where(path, node)} ${node.text}`);
}

function isReference(node: Node): boolean {
  const { parent } = node;
  if (!parent) return false;
  const isFirst = named(parent)[0]?.equals(node) === true;
  if (/^(\w+_declaration|object_property)$/.test(parent.type)) {
    // The name of a declaration or a property. A type is no reference, either.
    return !isFirst && parent.type !== 'parameter_declaration';
  }
  if (parent.type === 'call_expression') return parent.childForFieldName('function')?.equals(node) !== true;
  return true;
}

function isKnown(node: Node, known: ReadonlyMap<string, Declaration>): boolean {
  const { parent } = node;
  if (parent?.type === 'resource_expression' && named(parent)[1]?.equals(node)) {
    const outer = known.get(named(parent)[0]?.text ?? '');
    return outer?.within.some(({ name }) => name === node.text) === true;
  }
  if (known.has(node.text)) return true;
  for (let around = node.parent; around; around = around.parent) {
    if (variablesOf(around).includes(node.text)) return true;
  }
  return false;
}

/** The variables of a loop or a lambda. */
export function variablesOf(node: Node): readonly string[] {
  if (node.type !== 'for_statement' && node.type !== 'lambda_expression') return [];
  const [first] = named(node);
  if (!first) return [];
  return first.type === 'identifier' ? [first.text] : named(first).map(({ text }) => text);
}
