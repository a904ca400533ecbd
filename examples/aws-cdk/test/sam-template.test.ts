import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';
import { type CfnResource, cfnText, type Statement } from '../src/cfn-text.ts';
import { cdkTemplate, granted, ofType, samTemplate } from './templates.ts';

const [cdk, sam] = [cdkTemplate(), samTemplate()];
type Properties = CfnResource['Properties'];

/** The same of both, by type of resource. */
function same(type: string, of: (properties: Properties) => unknown): void {
  const [theirs, ours] = [sam, cdk].map((template) =>
    ofType(template, type).map(([name, properties]) => [name, of(properties)]),
  );
  expect(ours?.length).toBeGreaterThan(0);
  expect(theirs).toEqual(ours);
}

/** What both have of each function, from resources that differ. */
function functions(): { readonly ours: [string, Properties][]; readonly theirs: [string, Properties][] } {
  return {
    ours: ofType(cdk, 'AWS::Lambda::Function'),
    theirs: ofType(sam, 'AWS::Serverless::Function'),
  };
}

const environment = (variables: object) =>
  Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, cfnText(value)]));
const globals = () =>
  (sam as unknown as { Globals: { Function: Properties & { Environment: { Variables: object } } } }).Globals
    .Function;

describe('the template of SAM is the stack of CDK', () => {
  it('in its table, key by key', () => same('AWS::DynamoDB::Table', (table) => table));

  it('in the bucket, which nobody reads from outside and whose events end by age', () =>
    same('AWS::S3::Bucket', (bucket) => bucket));

  it('in what queues keep, for how long, and when they give up', () =>
    same('AWS::SQS::Queue', ({ RedrivePolicy, ...rest }) => ({
      ...rest,
      ...(RedrivePolicy
        ? { tries: RedrivePolicy.maxReceiveCount, after: cfnText(RedrivePolicy.deadLetterTargetArn) }
        : {}),
    })));

  it('in its alarms', () =>
    same('AWS::CloudWatch::Alarm', ({ AlarmDescription: _, Dimensions, ...alarm }) => ({
      ...alarm,
      of: cfnText(Dimensions[0].Value),
    })));

  it('in who gets which events', () => {
    const of = (template: typeof cdk) =>
      ofType(template, 'AWS::SNS::Subscription')
        .map(([, { Endpoint, FilterPolicy, RawMessageDelivery, RedrivePolicy }]) => ({
          to: cfnText(Endpoint),
          FilterPolicy,
          RawMessageDelivery,
          else: cfnText(RedrivePolicy.deadLetterTargetArn),
        }))
        .sort((a, b) => (a.to < b.to ? -1 : 1));
    expect(of(cdk)).toHaveLength(4);
    expect(of(sam)).toEqual(of(cdk));
  });

  it('in its functions and what these find in their environment', () => {
    const { ours, theirs } = functions();
    const plain = ([name, { Handler, Runtime, Architectures, Timeout, MemorySize, Environment }]: [
      string,
      Properties,
    ]) => ({
      ...{ name, Handler, Runtime, Architectures, Timeout, MemorySize },
      environment: environment(Environment.Variables),
    });
    const { Environment, ...shared } = globals();
    const whole = theirs.map(([name, own]): [string, Properties] => [
      name,
      {
        ...shared,
        ...own,
        Environment: { Variables: { ...Environment.Variables, ...own['Environment']?.Variables } },
      },
    ]);
    expect(whole.map(plain)).toEqual(ours.map(plain));
  });

  it('in what each function may do', () => {
    const { theirs } = functions();
    const roles = new Map(
      ofType(cdk, 'AWS::IAM::Policy').map(([, { Roles, PolicyDocument }]) => [
        cfnText(Roles),
        granted(PolicyDocument.Statement as Statement[]),
      ]),
    );
    for (const [name, { Policies }] of theirs) {
      const statements = (Policies as { Statement: Statement[] }[]).flatMap(({ Statement }) => Statement);
      expect(granted(statements), name).toEqual(roles.get(name.replace('Function', 'Role')));
    }
    expect(theirs).toHaveLength(4);
  });

  it('in what brings messages and wakes to the functions', () => {
    const triggers = ofType(cdk, 'AWS::Lambda::EventSourceMapping').map(([, properties]) => ({
      of: cfnText(properties['EventSourceArn']),
      size: properties['BatchSize'],
      answers: properties['FunctionResponseTypes'],
    }));
    const wakes = ofType(cdk, 'AWS::Events::Rule').map(([, { ScheduleExpression }]) => ScheduleExpression);
    const events = functions().theirs.flatMap(([, { Events }]) =>
      Object.values(Events as Record<string, { Type: string; Properties: Properties }>),
    );
    const queues = events.filter(({ Type }) => Type === 'SQS').map(({ Properties }) => Properties);
    const byQueue = (a: { of: string }, b: { of: string }) => (a.of < b.of ? -1 : 1);
    expect(
      queues
        .map(({ Queue, BatchSize, FunctionResponseTypes }) => ({
          of: cfnText(Queue),
          size: BatchSize,
          answers: FunctionResponseTypes,
        }))
        .sort(byQueue),
    ).toEqual(triggers.sort(byQueue));
    const schedules = events.filter(({ Type }) => Type === 'Schedule');
    expect(schedules.map(({ Properties }) => Properties['Schedule'])).toEqual(wakes);
  });

  it('in whom EventBridge Scheduler is, and for whom', () => {
    const of = (template: typeof cdk) => {
      const [, role] = ofType(template, 'AWS::IAM::Role').find(([name]) => name.includes('Scheduler')) ?? [];
      const { Condition, Principal } = role?.['AssumeRolePolicyDocument'].Statement[0] ?? {};
      return [Principal, environment(Condition.StringEquals)];
    };
    expect(of(sam)).toEqual(of(cdk));
    const [, { Policies }] = ofType(sam, 'AWS::IAM::Role')[0] as [string, Properties];
    expect(granted(Policies[0].PolicyDocument.Statement)).toEqual(['sqs:SendMessage on SummariesWakes.Arn']);
  });
});

it('a property of the wrong type in the template of SAM does not come through', async () => {
  const text = await readFile(join(import.meta.dirname, '../sam-template.yaml'), 'utf8');
  for (const [good, bad] of [
    ['VisibilityTimeout: 180 #', 'VisibilityTimeout: long #'],
    ['RawMessageDelivery: true', 'RawMessageDelivery: 7'],
    ['Enabled: true', 'Enabled: 7'],
  ] as const) {
    expect(text).toContain(good);
    const file = join(await temporaryFolder(), 'bad.yaml');
    await writeFile(file, text.replace(good, bad));
    expect(() => samTemplate(file), bad).toThrow();
  }
});
