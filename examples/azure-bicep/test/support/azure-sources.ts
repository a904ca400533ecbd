import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const SOURCES = join(import.meta.dirname, '../../../../packages/azure/src');

/** A function that `@xorca/azure` exports, with what its module and those it imports call. */
export interface Exported {
  readonly name: string;
  /** The roles that errors of these modules name. */
  readonly roles: readonly string[];
  /** The calls that they make, as errors name them. */
  readonly calls: readonly string[];
}

/** Every function that the package for Azure exports. */
export function exportedFunctions(): readonly Exported[] {
  const index = readFileSync(join(SOURCES, 'index.ts'), 'utf8');
  return [...index.matchAll(/export \{([^}]+)\} from '(\.[^']+)'/g)].flatMap(([, names = '', from = '']) => {
    const text = modulesOf(join(SOURCES, from)).join('\n');
    const all = (pattern: RegExp) => [
      ...new Set([...text.matchAll(pattern)].map(([, name]) => name as string)),
    ];
    // Comments may show either.
    const roles = all(/^[^/*\n]*\brole(?:: '| ")([A-Z][\w ]+)['"]/gm).sort();
    const calls = all(
      /'((?:Get|Put|Delete|List|Lease|Set|Query|Insert|Update|Upsert|Create|Publish)(?:Blobs?|Entity|Entities|Table|Message|Events|BlobProperties|BlobMetadata)|Send)'/g,
    );
    return names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => /^[a-z]\w+$/.test(name))
      .map((name) => ({ name, roles, calls }));
  });
}

/** The text of a module and of all that it imports of the package, types aside. */
function modulesOf(path: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(path)) return [];
  seen.add(path);
  const text = readFileSync(path, 'utf8');
  const imports = [...text.matchAll(/^(?:import|export)(?! type)[^;]*? from '(\.[^']+)'/gms)];
  return [text, ...imports.flatMap(([, from = '']) => modulesOf(join(dirname(path), from), seen))];
}
