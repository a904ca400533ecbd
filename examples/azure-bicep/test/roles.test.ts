import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportedFunctions } from './support/azure-sources.ts';
import { type BicepFile, readBicep } from './support/bicep-file.ts';
import { BUILT_IN_ROLES, NEEDS, rolesThatAllow } from './support/built-in-roles.ts';
import { deploy } from './support/deploy.ts';

const FOLDER = join(import.meta.dirname, '..');
const ROLES = join(FOLDER, 'modules/roles.bicep');
const page = readFileSync(join(FOLDER, '../../docs/deploy-azure.md'), 'utf8');
const exported = exportedFunctions();

/** A line of the page's table. */
interface Row {
  readonly names: readonly string[];
  readonly roles: readonly string[];
  readonly params: readonly string[];
}

const table = readTable();

function readTable(): readonly Row[] {
  const section = page.split('## Roles')[1]?.split('\n## ')[0] ?? '';
  const quoted = (text = '') => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
  const rows: Row[] = [];
  for (const line of section
    .split('\n')
    .filter((each) => each.startsWith('| ') && !each.startsWith('| export'))) {
    const [, first = '', roles, , params] = line.split('|');
    // A line without a name goes on with the one above.
    const names = first.trim() === '' ? (rows.at(-1)?.names ?? []) : quoted(first);
    rows.push({
      names: names.length > 0 ? names : [first.trim()],
      roles: quoted(roles),
      params: quoted(params),
    });
  }
  return rows;
}

const rowsOf = (name: string) => table.filter(({ names }) => names.includes(name));
const documented = (name: string) => [...new Set(rowsOf(name).flatMap(({ roles }) => roles))].sort();

/** What `roles.bicep` assigns for a parameter: the names of roles and where. */
function assigned(
  params: Record<string, readonly (string | object)[]>,
  file?: BicepFile,
): readonly [role: string, scope: string][] {
  const names = { principalId: '<who>', storageAccountName: 'account', serviceBusNamespaceName: 'bus' };
  return deploy(ROLES, { ...names, ...params } as never, file)
    .resources.map(({ body }) => {
      const { roleDefinitionId, principalType } = body['properties'] as Record<string, string>;
      expect(principalType).toBe('ServicePrincipal');
      const role = Object.entries(BUILT_IN_ROLES).find(([, { id }]) => roleDefinitionId?.endsWith(`/${id}`));
      return [role?.[0] ?? String(roleDefinitionId), (body['scope'] as { id: string }).id] as [
        string,
        string,
      ];
    })
    .sort();
}

const lists = readBicep(ROLES).declarations.filter(({ kind, of }) => kind === 'param' && of.endsWith('[]'));
const valueFor = (of: string) => (of === 'string[]' ? 'name' : { topic: 'topic', name: 'name' });

describe('the roles of the page', () => {
  it('are there for every function that the package for Azure exports', () => {
    expect(exported.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['tableStore', 'blobStore', 'azureScheduler']),
    );
    expect(exported.filter(({ name }) => rowsOf(name).length === 0)).toEqual([]);
    const known = [...exported.map(({ name }) => name), 'the host', 'the log'];
    expect(table.flatMap(({ names }) => names).filter((name) => !known.includes(name))).toEqual([]);
  });

  it.each(exported.filter(({ roles }) => roles.length > 0).map(({ name, roles }) => [name, roles] as const))(
    'are for %s those that its errors ask for',
    (name, roles) => {
      expect(documented(name)).toEqual(roles);
    },
  );

  it('allow every call that is made, and are needed for it', () => {
    for (const { name, roles, calls } of exported) {
      expect(calls.length > 0, name).toBe(roles.length > 0);
      for (const call of calls) {
        expect(NEEDS[call], `what ${call} needs`).toBeDefined();
        const allowing = rolesThatAllow(String(NEEDS[call]));
        expect(
          roles.filter((role) => allowing.includes(role)),
          `${call} of ${name}`,
        ).not.toEqual([]);
      }
      for (const role of roles) {
        const used = calls.filter((call) => rolesThatAllow(String(NEEDS[call])).includes(role));
        expect(used, `${role} of ${name}`).not.toEqual([]);
      }
    }
    const made = new Set(exported.flatMap(({ calls }) => calls));
    expect(Object.keys(NEEDS).filter((call) => !made.has(call))).toEqual([]);
  });

  it('are built-in ones', () => {
    expect(table.flatMap(({ roles }) => roles).filter((role) => !(role in BUILT_IN_ROLES))).toEqual([]);
  });
});

describe('roles.bicep', () => {
  it.each(lists.map(({ name, of }) => [name, of]))(
    'assigns for %s what the page says',
    (name = '', of = '') => {
      const rows = table.filter(({ params }) => params.includes(name));
      expect(rows.length).toBeGreaterThan(0);
      const own = assigned({ [name]: [valueFor(of)] });
      const expected = new Set(rows.flatMap(({ roles }) => roles));
      // The line below is of the queue for what could not be taken.
      if (name === 'takeFromStorageQueues') expected.add('Storage Queue Data Message Sender');
      expect([...new Set(own.map(([role]) => role))].sort()).toEqual([...expected].sort());
    },
  );

  it('assigns nothing that nobody asked for', () => {
    expect(assigned({})).toEqual([]);
  });

  it('assigns each at the very thing, and only the host has a whole account', () => {
    const all = Object.fromEntries(lists.map(({ name, of }) => [name, [valueFor(of)]]));
    const storage = 'Microsoft.Storage/storageAccounts/account';
    const bus = 'Microsoft.ServiceBus/namespaces/bus';
    expect(assigned(all)).toEqual([
      ['Azure Service Bus Data Receiver', `${bus}/queues/name`],
      ['Azure Service Bus Data Receiver', `${bus}/topics/topic/subscriptions/name`],
      ['Azure Service Bus Data Sender', `${bus}/queues/name`],
      ['Azure Service Bus Data Sender', `${bus}/topics/name`],
      ['EventGrid Data Sender', 'Microsoft.EventGrid/topics/name'],
      ['Monitoring Metrics Publisher', 'Microsoft.Insights/components/name'],
      ['Storage Blob Data Contributor', `${storage}/blobServices/default/containers/name`],
      ['Storage Blob Data Owner', 'Microsoft.Storage/storageAccounts/name'],
      ['Storage Queue Data Message Processor', `${storage}/queueServices/default/queues/name`],
      ['Storage Queue Data Message Sender', `${storage}/queueServices/default/queues/name`],
      ['Storage Queue Data Message Sender', `${storage}/queueServices/default/queues/name-poison`],
      ['Storage Queue Data Reader', `${storage}/queueServices/default/queues/name`],
      ['Storage Queue Data Reader', `${storage}/queueServices/default/queues/name-poison`],
      ['Storage Table Data Contributor', `${storage}/tableServices/default/tables/name`],
    ]);
  });

  it('has the ids of the roles by their names, as has event-grid.bicep', () => {
    for (const module of ['roles', 'event-grid']) {
      const text = readFileSync(join(FOLDER, `modules/${module}.bicep`), 'utf8');
      const ids = [...text.matchAll(/^ {2}'([A-Z][\w ]+)': '([0-9a-f-]{36})'$/gm)].map(([, name, id]) => [
        name,
        id,
      ]);
      expect(ids.length).toBeGreaterThan(1);
      expect(ids).toEqual(ids.map(([name = '']) => [name, BUILT_IN_ROLES[name]?.id]));
    }
  });
});
