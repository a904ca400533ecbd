import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultsOf, readFaults } from './support/azure-types.ts';
import { type BicepFile, plainText, readBicep } from './support/bicep-file.ts';
import { deploy } from './support/deploy.ts';
import { unresolved } from './support/unresolved.ts';

const FOLDER = join(import.meta.dirname, '..');
const MAIN = join(FOLDER, 'main.bicep');
const modules = readdirSync(join(FOLDER, 'modules')).map((file) => join(FOLDER, 'modules', file));
const page = readFileSync(join(FOLDER, '../../docs/deploy-azure.md'), 'utf8');
// As files beside main.bicep, so that modules are found from where the page says.
const snippets = [...page.matchAll(/```bicep\n(.*?)```/gs)].map(([, text = ''], index) =>
  readBicep(join(FOLDER, `snippet-${index + 1}.bicep`), text),
);
const files: readonly BicepFile[] = [...[MAIN, ...modules].map((path) => readBicep(path)), ...snippets];
const byName = files.map((file) => [file.path.slice(FOLDER.length + 1), file] as const);

/** Every way through the files: what main and the page deploy with each of their switches. */
const deployments = [true, false].flatMap((connectionStrings) =>
  [true, false].map((monitoring) =>
    deploy(MAIN, { connectionStrings, monitoring, alertActions: ['<action group>'] }),
  ),
);
const ofPage = snippets.map((file) => deploy(file.path, {}, file));
const resources = [...deployments, ...ofPage].flatMap((each) => each.resources);

describe('every file', () => {
  it('is Bicep, and so is every snippet of the page', () => {
    expect(byName.length).toBeGreaterThan(7);
    expect(snippets.length).toBeGreaterThan(0);
    expect(() => readBicep('broken.bicep', "param a string = 'x\nvar b = {")).toThrow(
      /broken.bicep:\d is no Bicep/,
    );
  });

  it.each(byName)('%s names nothing that is not there', (_, file) => {
    expect(unresolved(file)).toEqual([]);
  });

  it.each(byName)('%s uses every parameter and variable that it declares', (_, { declarations, root }) => {
    const unused = declarations
      .filter(({ kind }) => kind === 'param' || kind === 'var')
      .filter(({ name }) => (root.text.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []).length < 2);
    expect(unused.map(({ name }) => name)).toEqual([]);
  });

  it.each(byName)('%s declares each name once, and finds its modules', (_, { path, declarations }) => {
    const names = declarations.filter(({ kind }) => kind !== 'output').map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
    for (const { kind, of } of declarations) {
      if (kind === 'module') expect(existsSync(join(dirname(path), of)), of).toBe(true);
    }
  });

  it('is used by main or by the page', () => {
    const used = files.flatMap(({ declarations }) =>
      declarations.filter(({ kind }) => kind === 'module').map(({ of }) => join(FOLDER, of)),
    );
    expect(modules.filter((path) => !used.includes(path))).toEqual([]);
  });
});

describe('every resource', () => {
  it('has the properties of its type and version, and no other', () => {
    expect(resources.length).toBeGreaterThan(100);
    const faults = resources.flatMap(({ type, version, body, from }) =>
      faultsOf(type, version, body).map((fault) => `${from}: ${fault}`),
    );
    expect([...new Set(faults)]).toEqual([]);
  });

  it('of each file was among those looked at', () => {
    const seen = new Set(resources.map(({ from }) => from));
    const all = files.flatMap(({ path, declarations }) =>
      declarations
        .flatMap((each) => [each, ...each.within])
        .filter(({ kind, isExisting }) => kind === 'resource' && !isExisting)
        .map(({ name }) => `${path.split('/').at(-1)} ${name}`),
    );
    expect(all.filter((name) => !seen.has(name))).toEqual([]);
  });

  it('is asked for nothing that its type does not have', () => {
    const outputs = [...deployments, ...ofPage].flatMap((each) => [each.outputs, ...each.inner]);
    const texts = JSON.stringify([...resources.map(({ body }) => body), ...outputs]);
    expect([...new Set(readFaults(texts))]).toEqual([]);
    expect(readFaults('<Microsoft.Web/sites/x → properties.hostname>')).toHaveLength(1);
  });

  it('is made once', () => {
    for (const { resources } of [...deployments, ...ofPage]) {
      const ids = resources.map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)]);
    }
  });
});

describe('what these checks would not let through', () => {
  const text = (change: (text: string) => string) => {
    const changed = change(readFileSync(MAIN, 'utf8'));
    return () => deploy(MAIN, {}, readBicep(MAIN, changed));
  };

  it.each([
    [
      'a parameter too many',
      'topic: topic\n    subscriptions',
      'topics: topic\n    subscriptions',
      'takes no parameter topics',
    ],
    [
      'a parameter too few',
      '    disableLocalAuth: !connectionStrings\n    topic: topic\n',
      '',
      'needs the parameter topic',
    ],
    [
      'a parameter of another type',
      'tables: [table]\n    containers: [container]\n    //',
      'tables: table\n    //',
      'is no string[]',
    ],
    ['an output that is not there', 'bus.outputs.name', 'bus.outputs.id', 'asks for id'],
    [
      'a name of an account that is too long',
      `'\${name}x\${unique}'`,
      `'\${name}-pages-\${unique}'`,
      'is above 24',
    ],
  ])('%s', (_, good, bad, message) => {
    expect(readFileSync(MAIN, 'utf8')).toContain(good);
    expect(text((all) => all.replace(good, bad))).toThrow(message);
  });

  it('a property that a type has not, one it lacks, a value that does not fit', () => {
    const sku = { name: 'Standard', tier: 'Standard' };
    const type = 'Microsoft.ServiceBus/namespaces';
    expect(faultsOf(type, '2024-01-01', { name: 'a', location: 'b', sku })).toEqual([]);
    expect(faultsOf(type, '2024-01-01', { name: 'a', sku })).toEqual([' lacks location']);
    expect(
      faultsOf(type, '2024-01-01', { name: 'a', location: 'b', sku, properties: { localAuth: false } }),
    ).toEqual(['.properties has no localAuth']);
    expect(
      faultsOf(type, '2024-01-01', { name: 'a', location: 'b', sku: { ...sku, tier: 'Free' } }),
    ).toHaveLength(1);
    expect(faultsOf(type, '2020-01-01', {})).toHaveLength(1);
  });

  it('a name that nothing has', () => {
    const file = readBicep(
      'x.bicep',
      `param a string\nvar b = '\${a}\${c}'\nvar d = [for e in [a]: { f: e, g: h }]\noutput i string = b\n`,
    );
    expect(unresolved(file)).toEqual(['x.bicep:2 c', 'x.bicep:3 h']);
    expect(plainText(readBicep('y.bicep', "var a = 'it\\'s'").declarations[0]?.value as never)).toBe("it's");
  });
});
