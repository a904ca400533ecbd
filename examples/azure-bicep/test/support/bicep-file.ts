import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Language, type Node, Parser } from 'web-tree-sitter';

const require = createRequire(import.meta.url);
await Parser.init();
const BICEP = await Language.load(require.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm'));

/** A declaration: `param x`, `resource y`, … */
export interface Declaration {
  readonly kind: 'param' | 'var' | 'resource' | 'module' | 'output';
  readonly name: string;
  /** Type and version of a resource, path of a module; the type as it is written of others. */
  readonly of: string;
  readonly isExisting: boolean;
  /** Function and arguments of each decorator. */
  readonly decorators: ReadonlyMap<string, readonly Node[]>;
  /** What is behind the `=`. Absent for a param without a default. */
  readonly value: Node | undefined;
  /** Resources declared within this one. */
  readonly within: readonly Declaration[];
}

/** A Bicep file as it is written. */
export interface BicepFile {
  readonly path: string;
  readonly root: Node;
  readonly declarations: readonly Declaration[];
}

const KINDS: Readonly<Record<string, Declaration['kind']>> = {
  parameter_declaration: 'param',
  variable_declaration: 'var',
  resource_declaration: 'resource',
  module_declaration: 'module',
  output_declaration: 'output',
};

/** Reads a Bicep file, or the text of one; throws at the first place that is none. */
export function readBicep(path: string, text = readFileSync(path, 'utf8')): BicepFile {
  const parser = new Parser().setLanguage(BICEP);
  const root = parser.parse(text)?.rootNode;
  if (!root) throw new Error(`${path} cannot be parsed.`);
  const broken = nodesOf(root).find((node) => node.isError || node.isMissing);
  if (broken) throw new Error(`${where(path, broken)} is no Bicep: ${broken.text.slice(0, 60)}`);
  return { path, root, declarations: declarationsIn(named(root)) };
}

/** The children that mean something. */
export function named(node: Node): readonly Node[] {
  return node.namedChildren.filter((child): child is Node => child !== null && child.type !== 'comment');
}

/** A node and all below it. */
export function nodesOf(node: Node): readonly Node[] {
  return [node, ...node.children.flatMap((child) => (child ? nodesOf(child) : []))];
}

/** File and line, for messages. */
export function where(path: string, node: Node): string {
  return `${path.split('/').slice(-2).join('/')}:${node.startPosition.row + 1}`;
}

/** The text of a string without interpolation, or of a name. */
export function plainText(node: Node): string {
  if (node.type !== 'string') return node.text;
  return node.text.slice(1, -1).replace(/\\(.)/g, '$1');
}

function declarationsIn(nodes: readonly Node[]): readonly Declaration[] {
  let decorators: Map<string, readonly Node[]> = new Map();
  const found: Declaration[] = [];
  for (const node of nodes) {
    if (node.type === 'decorators') decorators = decoratorsOf(node);
    const kind = KINDS[node.type];
    if (kind) found.push(declaration(node, kind, decorators));
    if (node.type !== 'decorators') decorators = new Map();
  }
  return found;
}

function declaration(
  node: Node,
  kind: Declaration['kind'],
  decorators: ReadonlyMap<string, readonly Node[]>,
): Declaration {
  const [name, ...rest] = named(node) as [Node, ...Node[]];
  const isTyped = kind !== 'var';
  const value = isTyped ? rest[1] : rest[0];
  return {
    kind,
    name: name.text,
    of: isTyped && rest[0] ? plainText(rest[0]) : '',
    isExisting: node.children.some((child) => child?.type === 'existing' || child?.text === 'existing'),
    decorators,
    value,
    within: kind === 'resource' && value ? declarationsIn(nested(value)) : [],
  };
}

/** What stands in a resource's object in place of a property: other resources. */
function nested(value: Node): readonly Node[] {
  const body = bodyOf(value);
  return body.type === 'object' ? named(body).flatMap((each) => named(each).slice(0, 1)) : [];
}

/** The object of a resource, without the `if` or `for` around it. */
export function bodyOf(value: Node): Node {
  if (value.type === 'if_statement') return bodyOf(named(value)[1] as Node);
  if (value.type === 'for_statement') return bodyOf(value.childForFieldName('body') as Node);
  return value;
}

function decoratorsOf(node: Node): Map<string, readonly Node[]> {
  return new Map(
    named(node).map((decorator) => {
      const [call] = named(decorator) as [Node];
      const [name, list] = named(call) as [Node, Node | undefined];
      return [name.text, list ? named(list) : []];
    }),
  );
}
