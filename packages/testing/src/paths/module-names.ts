import type { Orchestrator } from '@xorca/core';

/** What things are called in the modules of a user, and which of them a text has used. */
export interface Names {
  /** The name of the contract of this type, noted as used; undefined: no module has it. */
  contract(type: string): string | undefined;
  orchestrator(): string;
  /** The imports of all that was used. */
  imports(): string[];
}

interface Place {
  readonly module: string;
  readonly name: string;
}

/** Looks orchestrator and contracts up among the exports of modules. */
export function namesIn(modules: Readonly<Record<string, object>>, orchestrator: Orchestrator): Names {
  const contracts = new Map<string, Place>();
  // Where no module has it, a name that says what is to be put there.
  let own: Place = { module: './orchestrator.ts', name: 'orchestrator' };
  for (const [module, exports] of Object.entries(modules)) {
    for (const [name, value] of Object.entries(exports)) {
      if (name === 'default' || typeof value !== 'object' || value === null) continue;
      if (isOrchestrator(value) && value.name === orchestrator.name) own = { module, name };
      if (isContract(value) && !contracts.has(value.type)) contracts.set(value.type, { module, name });
    }
  }
  const used = new Map<string, Set<string>>();
  const use = ({ module, name }: Place): string => {
    used.set(module, (used.get(module) ?? new Set()).add(name));
    return name;
  };
  return {
    contract(type) {
      const place = contracts.get(type);
      return place && use(place);
    },
    orchestrator: () => use(own),
    imports: () =>
      [...used].sort(([a], [b]) => (a < b ? -1 : 1)).map(([module, names]) => importText([...names], module)),
  };
}

// Where the formatter of this project breaks a line, and many others.
const WIDTH = 100;

/** An import of these names. */
export function importText(names: readonly string[], module: string): string {
  const sorted = names.toSorted();
  const line = `import { ${sorted.join(', ')} } from '${module}';`;
  return line.length <= WIDTH
    ? line
    : `import {\n${sorted.map((name) => `  ${name},\n`).join('')}} from '${module}';`;
}

function isOrchestrator(value: object): value is Orchestrator {
  return 'processId' in value && 'versions' in value && 'name' in value;
}

function isContract(value: object): value is { readonly type: string } {
  return 'type' in value && typeof value.type === 'string' && ('success' in value || 'data' in value);
}
