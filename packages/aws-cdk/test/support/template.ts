import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  XorcaBucket,
  XorcaFleet,
  type XorcaFleetProps,
  XorcaOrchestrator,
  type XorcaOrchestratorProps,
  XorcaTable,
} from '../../src/index.ts';

/** Code that is there without a bundler. */
export const code = Code.fromInline('exports.handler = async () => {};');

/** What a stack has that orchestrators and fleets can be made on. */
export interface Place {
  readonly stack: Stack;
  readonly table: XorcaTable;
  readonly bus: EventBus;
  readonly topic: Topic;
  readonly fifoTopic: Topic;
}

/** An empty stack with a table, a bus and topics. */
function place(): Place {
  const stack = new Stack(new App(), 'Test');
  return {
    stack,
    table: new XorcaTable(stack, 'Table'),
    bus: new EventBus(stack, 'Bus'),
    topic: new Topic(stack, 'Topic'),
    fifoTopic: new Topic(stack, 'FifoTopic', { fifo: true }),
  };
}

/** An orchestrator that uses all there is, and its template. */
export function orchestrator(
  props: (place: Place) => object = () => ({}),
  channel: (place: Place) => object = ({ bus }) => ({ bus }),
) {
  const on = place();
  const { table, stack } = on;
  const own = {
    table,
    takes: ['cmd.order.place', 'evt.*'],
    code,
    ...channel(on),
    ...props(on),
  } as unknown as XorcaOrchestratorProps;
  const made = new XorcaOrchestrator(stack, 'Orders', own);
  return { ...on, made, template: Template.fromStack(stack) };
}

/** A fleet and its template. */
export function fleet(props: (place: Place) => object = () => ({})) {
  const on = place();
  const own = { bus: on.bus, takes: ['cmd.books.*'], code, ...props(on) } as unknown as XorcaFleetProps;
  const made = new XorcaFleet(on.stack, 'Books', own);
  return { ...on, made, template: Template.fromStack(on.stack) };
}

/** A bucket in a stack of its own. */
export function bucket(props = {}) {
  const stack = new Stack(new App(), 'Test');
  const made = new XorcaBucket(stack, 'Large', props);
  return { made, template: Template.fromStack(stack) };
}

/** One statement of a policy as CloudFormation has it. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: unknown;
  readonly Principal?: unknown;
}

/** The properties of the one resource of that type whose name begins so. */
export function properties(template: Template, type: string, begins = ''): Record<string, unknown> {
  const found = Object.entries(template.findResources(type)).filter(([id]) => id.startsWith(begins));
  if (found.length !== 1) throw new Error(`${found.length} resources ${type} begin with "${begins}".`);
  return found[0]?.[1]['Properties'];
}

/** What a role may do, a line for each action, sorted: `dynamodb:GetItem on Table.Arn`. */
export function permissions(template: Template, role: string): string[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy')).filter((policy) =>
    policy['Properties'].Roles.some((each: unknown) => text(each) === role),
  );
  const statements = policies.flatMap(
    (policy) => policy['Properties'].PolicyDocument.Statement as Statement[],
  );
  return statements
    .flatMap(({ Action, Resource, Condition }) =>
      [Action]
        .flat()
        .map(
          (action) => `${action} on ${text(Resource)}${Condition ? ` if ${JSON.stringify(Condition)}` : ''}`,
        ),
    )
    .sort();
}

/** Every statement of every policy of a template, those of queues, buckets and roles as well. */
export function statements(template: Template): Statement[] {
  const found: Statement[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('Effect' in value && 'Action' in value) found.push(value as Statement);
    else Object.values(value).forEach(walk);
  };
  walk(template.toJSON());
  return found;
}

/** A value of CloudFormation as people read it: names without their hashes, attributes as `Name.Attribute`. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>;
  if (typeof Ref === 'string') return name(Ref);
  if (Array.isArray(attribute)) return `${name(attribute[0])}.${attribute[1]}`;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(text).join(join[0] as string);
  return JSON.stringify(value);
}

const name = (logicalId: string) => logicalId.replace(/[0-9A-F]{8}$/, '');
