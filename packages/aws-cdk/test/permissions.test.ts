import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import * as own from '../src/index.ts';
import { fleet, orchestrator, permissions } from './support/template.ts';

const ROOT = join(import.meta.dirname, '../../..');
const AWS = join(ROOT, 'packages/aws/src');
const page = readFileSync(join(ROOT, 'docs/deploy-aws.md'), 'utf8');

/** The page's table of permissions: for each export the actions it names. */
const documented = readTable();

function readTable(): ReadonlyMap<string, readonly string[]> {
  const table = page.split('## Permissions')[1]?.split('\n## ')[0] ?? '';
  const found = new Map<string, string[]>();
  let names: readonly string[] = [];
  for (const line of table
    .split('\n')
    .filter((each) => each.startsWith('| '))
    .slice(1)) {
    const [first = '', actions = ''] = line.slice(1).split('|');
    const named = [...first.matchAll(/`(\w+)`/g)].map((match) => match[1] as string);
    if (named.length > 0)
      names = first.includes(' by ')
        ? named.map((name) => `${name} by ${first.split(' by ')[1]?.trim()}`)
        : named;
    for (const name of names) {
      const own = found.get(name) ?? [];
      own.push(...[...actions.matchAll(/`([a-z0-9]+:[A-Z]\w+)`/g)].map((match) => match[1] as string));
      found.set(name, own);
    }
  }
  return found;
}

const stack = new Stack(new App(), 'Test');
const table = new own.XorcaTable(stack, 'Table');
const queue = new Queue(stack, 'Queue');
const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });

/** The statements for each export that has some. */
const POLICIES: Readonly<Record<string, readonly PolicyStatement[]>> = {
  dynamodbStore: own.dynamodbStorePolicy(table, { list: true }),
  dynamodbLock: own.dynamodbLockPolicy(table),
  s3Store: own.s3ObjectsPolicy(new Bucket(stack, 'Bucket')),
  eventBridgePublisher: own.eventBridgePublisherPolicy(new EventBus(stack, 'Bus')),
  snsPublisher: own.snsPublisherPolicy(new Topic(stack, 'Topic')),
  sqsPublisher: own.sqsPublisherPolicy(queue),
  awsScheduler: own.awsSchedulerPolicy({ queue, role, scheduleGroup: 'wakes' }),
  'lambdaHandler by SQS': own.sqsTriggerPolicy(queue),
};

const actionsOf = (statements: readonly PolicyStatement[]) =>
  statements.flatMap(({ actions }) => actions).sort();

/** The permission that a command of the SDK needs, by the file it comes from. */
function actionOf(file: string, command: string): string {
  const service = { eventbridge: 'events' }[file] ?? file;
  const names: Record<string, string> = {
    PublishBatch: 'Publish',
    SendMessageBatch: 'SendMessage',
    ListObjectsV2: 'ListBucket',
  };
  return `${service}:${names[command] ?? command}`;
}

describe('the page of permissions', () => {
  it.each(Object.entries(POLICIES))(
    'names for %s what its policy grants, no action more or less',
    (name, policy) => {
      expect([...(documented.get(name) ?? [])].sort()).toEqual(actionsOf(policy));
    },
  );

  it('has every action that the package for AWS can call, and none that it cannot', () => {
    const called = readdirSync(join(AWS, 'sdk')).flatMap((file) => {
      const commands = readFileSync(join(AWS, 'sdk', file), 'utf8').matchAll(/\b(\w+)Command\b/g);
      return [...commands].map((match) => actionOf(file.replace('-sdk.ts', ''), match[1] as string));
    });
    // Handing over the role is part of making a schedule; the trigger's three are called by Lambda itself.
    const others = [
      'iam:PassRole',
      ...(documented.get('lambdaHandler by SQS') ?? []),
      'lambda:InvokeFunction',
    ];
    expect([...new Set([...called, ...others])].sort()).toEqual(
      [...new Set([...documented.values()].flat())].sort(),
    );
  });

  it('has every export of the package for AWS that calls something', () => {
    const index = readFileSync(join(AWS, 'index.ts'), 'utf8');
    const functions = [...index.matchAll(/\b([a-z]\w+) \} from/g)].map((match) => match[1] as string);
    expect(functions.length).toBeGreaterThan(8);
    const named = [...documented.keys()].map((name) => name.split(' by ')[0]);
    // Gives a definition and calls nothing.
    expect(functions.filter((name) => name !== 'dynamodbTable' && !named.includes(name))).toEqual([]);
  });

  it('has every variable of the environment', () => {
    const made = [
      ...[orchestrator().template, fleet(({ table }) => ({ table })).template],
      orchestrator(
        ({ stack }) => ({ storage: { bucket: new Bucket(stack, 'Large') } }),
        ({ topic }) => ({ topic }),
      ).template,
    ].flatMap((template) => JSON.stringify(template.toJSON()).match(/"XORCA_\w+"/g) ?? []);
    const variables = [...new Set(made)].map((name) => name.slice(1, -1)).sort();
    const section = page.split('finds in its environment:**')[1]?.split('```')[0] ?? '';
    const names = [...new Set(section.match(/XORCA_\w+/g))].sort();
    expect(names).toEqual(variables);
  });
});

it('no construct gives what only lists for people need', () => {
  expect(permissions(orchestrator().template, 'OrdersRole').join()).not.toContain('dynamodb:Scan');
  const template = fleet(({ table }) => ({ table })).template;
  expect(permissions(template, 'BooksRole').join()).not.toContain('dynamodb:Scan');
});
