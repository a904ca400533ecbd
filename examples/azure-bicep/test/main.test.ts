import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { installCore } from '../../../tools/emulators/functions/functions-core.ts';
import * as commands from '../../literature-summary/src/fleet/contracts.ts';
import { literatureSummary } from '../../literature-summary/src/orchestrator.ts';
import { deploy, type Resource } from './support/deploy.ts';
import { takes } from './support/sql-filter.ts';

const MAIN = join(import.meta.dirname, '../main.bicep');
const plain = deploy(MAIN);
const { resources, outputs } = plain;
const byKeys = deploy(MAIN, { connectionStrings: true });
type Properties = Readonly<Record<string, unknown>>;

const ofType = (all: readonly Resource[], type: string) => all.filter((each) => each.type === type);
const propertiesOf = (resource: Resource | undefined) => (resource?.body['properties'] ?? {}) as Properties;
const settingsOf = (all: readonly Resource[]) =>
  propertiesOf(ofType(all, 'Microsoft.Web/sites/config')[0]) as Record<string, string>;

const SUBSCRIPTION = 'Microsoft.ServiceBus/namespaces/topics/subscriptions';
const subscriptions = ofType(resources, SUBSCRIPTION).map((each) => ({
  name: String(each.body['name']),
  sessions: propertiesOf(each)['requiresSession'],
  rules: ofType(resources, `${SUBSCRIPTION}/rules`).filter(({ id }) => id.startsWith(`${each.id}/rules/`)),
}));

/** Which subscriptions get an event of that type. */
function takers(type: string): readonly string[] {
  return subscriptions
    .filter(({ rules }) =>
      rules.some((rule) =>
        takes((propertiesOf(rule)['sqlFilter'] as { sqlExpression: string }).sqlExpression, type),
      ),
    )
    .map(({ name }) => name);
}

/** The functions of the example as they register with `@azure/functions`, by name: what triggers each. */
async function triggers(): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  for (const [name, value] of Object.entries(settingsOf(resources))) vi.stubEnv(name, value);
  const core = installCore(() => undefined);
  await import('../../literature-summary/function-app.ts');
  return new Map([...core.functions].map(([name, { trigger }]) => [name, trigger]));
}
const registered = await triggers();
const found = (text: unknown) =>
  String(text).replace(/%(\w+)%/g, (_, name) => settingsOf(resources)[name] ?? '');

describe('the bus', () => {
  it('brings every event of the literature summary to the one who takes it, and to nobody else', () => {
    const places = { fetchBook: 'library', summariseBook: 'summariser' } as Readonly<Record<string, string>>;
    for (const [name, command] of Object.entries(commands)) {
      const to = [places[name] ?? 'regulations'];
      expect([takers(command.type), takers(command.cancel)], name).toEqual([to, to]);
      for (const type of ['success', 'error'].map((end) => `${command.type.replace('cmd.', 'evt.')}.${end}`))
        expect(takers(type), type).toEqual(['orchestrator']);
    }
    expect(literatureSummary.wants.map(takers)).toEqual(literatureSummary.wants.map(() => ['orchestrator']));
    expect(takers('notif.summary.done')).toEqual([]);
  });

  it('has one rule for each subscription, by the name of the one that lets in everything', () => {
    expect(subscriptions.map(({ rules }) => rules.map(({ body }) => body['name']))).toEqual(
      subscriptions.map(() => ['$Default']),
    );
  });

  it('has for each function what it is triggered by, with sessions where its trigger has them', () => {
    const topic = ofType(resources, 'Microsoft.ServiceBus/namespaces/topics')[0]?.body['name'];
    const ours = [...registered.values()]
      .filter(({ subscriptionName }) => subscriptionName !== undefined)
      .map(({ topicName, subscriptionName, isSessionsEnabled }) => [
        found(topicName),
        subscriptionName,
        isSessionsEnabled ?? false,
      ]);
    expect(ours.sort()).toEqual(subscriptions.map(({ name, sessions }) => [topic, name, sessions]).sort());
    const queues = ofType(resources, 'Microsoft.ServiceBus/namespaces/queues').map(({ body }) => [
      body['name'],
      (body['properties'] as Properties)['requiresSession'],
    ]);
    const theirs = [...registered.values()].filter(({ queueName }) => queueName !== undefined);
    expect(queues).toEqual(
      theirs.map(({ queueName, isSessionsEnabled }) => [found(queueName), isSessionsEnabled ?? false]),
    );
  });

  it('keeps what nobody took among the dead letters, except wakes', () => {
    for (const each of ofType(resources, SUBSCRIPTION))
      expect(propertiesOf(each)).toMatchObject({ deadLetteringOnMessageExpiration: true });
    expect(propertiesOf(ofType(resources, 'Microsoft.ServiceBus/namespaces/queues')[0])).toMatchObject({
      deadLetteringOnMessageExpiration: false,
      defaultMessageTimeToLive: 'P1D',
    });
  });
});

describe('the functions', () => {
  it('find in their environment what their code reads, and no more', () => {
    const code = readFileSync(join(import.meta.dirname, '../../literature-summary/function.ts'), 'utf8');
    const app = readFileSync(join(import.meta.dirname, '../../literature-summary/function-app.ts'), 'utf8');
    const read = [...`${code}${app}`.matchAll(/\bXORCA_\w+/g)].map(([name]) => name);
    const given = Object.keys(settingsOf(resources)).filter((name) => name.startsWith('XORCA_'));
    expect(given.sort()).toEqual([...new Set(read)].sort());
    const page = readFileSync(join(import.meta.dirname, '../../../docs/deploy-azure.md'), 'utf8');
    const sentence = page.split('find in their environment**')[1]?.split('\n\n')[0] ?? '';
    expect([...new Set(sentence.match(/XORCA_\w+/g))].sort()).toEqual(given.sort());
  });

  it('know every connection that their triggers and ports name, by identity and by connection string', () => {
    const names = [...registered.values()]
      .map(({ connection }) => connection)
      .filter((name) => name !== undefined);
    expect([...new Set(names)]).toEqual(['ServiceBus']);
    expect(settingsOf(resources)).toMatchObject({
      ServiceBus__fullyQualifiedNamespace: outputs['serviceBus'],
      ServiceBus__credential: 'managedidentity',
      Storage__credential: 'managedidentity',
    });
    expect(Object.keys(settingsOf(byKeys.resources))).toEqual(
      expect.arrayContaining(['Storage', 'ServiceBus']),
    );
  });

  it('begin after all roles of their identity, which is theirs', () => {
    const text = readFileSync(MAIN, 'utf8');
    expect(text).toMatch(/module app [^{]+\{\n {2}name: 'function-app'\n {2}dependsOn: \[roles\]/);
    const [site] = ofType(resources, 'Microsoft.Web/sites');
    const [identity] = ofType(resources, 'Microsoft.ManagedIdentity/userAssignedIdentities');
    expect(site?.body['identity']).toEqual({
      type: 'UserAssigned',
      userAssignedIdentities: { [String(identity?.id)]: {} },
    });
    const principal = `<${identity?.id} → properties.principalId>`;
    const holders = ofType(resources, 'Microsoft.Authorization/roleAssignments').map(
      (each) => propertiesOf(each)['principalId'],
    );
    expect(new Set(holders)).toEqual(new Set([principal]));
  });
});

describe('keys', () => {
  it('are nowhere, and not taken anywhere, unless connection strings were asked for', () => {
    const text = JSON.stringify(resources.map(({ body }) => body));
    expect(text).not.toMatch(/listKeys|AccountKey|SharedAccess/);
    for (const account of ofType(resources, 'Microsoft.Storage/storageAccounts'))
      expect(propertiesOf(account)['allowSharedKeyAccess']).toBe(false);
    expect(propertiesOf(ofType(resources, 'Microsoft.ServiceBus/namespaces')[0])['disableLocalAuth']).toBe(
      true,
    );
    expect(ofType(resources, 'Microsoft.ServiceBus/namespaces/AuthorizationRules')).toEqual([]);
  });

  it('are in two settings when they were asked for, may do no more than send and take, and replace the roles', () => {
    const withKeys = Object.entries(settingsOf(byKeys.resources)).filter(([, value]) =>
      value.includes('listKeys'),
    );
    expect(withKeys.map(([name]) => name)).toEqual(['Storage', 'ServiceBus']);
    const [rule] = ofType(byKeys.resources, 'Microsoft.ServiceBus/namespaces/AuthorizationRules');
    expect(propertiesOf(rule)['rights']).toEqual(['Listen', 'Send']);
    expect(settingsOf(byKeys.resources)['ServiceBus']).toContain(rule?.id);
    const scopes = ofType(byKeys.resources, 'Microsoft.Authorization/roleAssignments').map(
      ({ body }) => (body['scope'] as { id: string }).id,
    );
    expect(scopes).toEqual([
      expect.stringContaining('summaryh'),
      expect.stringContaining('Microsoft.Insights'),
    ]);
  });

  it('are in no output', () => {
    for (const { outputs, inner } of [plain, byKeys])
      expect(JSON.stringify([outputs, inner])).not.toMatch(/listKeys|Key=|[cC]onnectionString/);
  });
});

it('the identity may do what the functions do, each on the very thing, and the host what it needs on its own account', () => {
  const scopes = ofType(resources, 'Microsoft.Authorization/roleAssignments').map(({ body, from }) => [
    from.replace('roles.bicep ', ''),
    (body['scope'] as { id: string }).id.replace(/^Microsoft\.\w+\/\w+\/\w+(-\w+)?\/?/, ''),
  ]);
  expect(scopes).toEqual([
    ['tableRole', 'tableServices/default/tables/xorca'],
    ['containerRole', 'blobServices/default/containers/pages'],
    ['topicOutRole', 'topics/orchestration'],
    ['queueOutRole', 'queues/wakes'],
    ...['orchestrator', 'library', 'summariser', 'regulations'].map((name) => [
      'subscriptionInRole',
      `topics/orchestration/subscriptions/${name}`,
    ]),
    ['queueInRole', 'queues/wakes'],
    ['hostRole', ''],
    ['insightsRole', ''],
  ]);
  const made = new Set(resources.map(({ id }) => id));
  for (const { body } of ofType(resources, 'Microsoft.Authorization/roleAssignments'))
    expect(made).toContain((body['scope'] as { id: string }).id);
});
