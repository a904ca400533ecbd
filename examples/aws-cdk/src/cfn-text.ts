/** A template of CloudFormation, as far as it is read here. */
export interface Template {
  readonly Resources: Readonly<Record<string, CfnResource>>;
}

/** One resource of a template. */
export interface CfnResource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: hundreds of types of resources, each with properties of its own
  readonly Properties: Readonly<Record<string, any>>;
}

/** A statement of a policy. */
export interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** A value as people read it: `Processes.Arn` for an attribute, the parts of a text put together. */
export function cfnText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(cfnText).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join, 'Fn::Sub': sub } = value as Record<string, unknown>;
  if (typeof Ref === 'string') return resourceName(Ref);
  if (typeof attribute === 'string') return attribute;
  if (Array.isArray(attribute)) return `${resourceName(String(attribute[0]))}.${attribute[1]}`;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(cfnText).join(String(join[0]));
  if (typeof sub === 'string') return sub.replace(/\$\{([^}]+)\}/g, '$1');
  const { prefix } = value as { prefix?: unknown };
  return typeof prefix === 'string' ? `${prefix}*` : JSON.stringify(value);
}

/** The name that the stack gave: without the hash that CDK puts behind it. */
export function resourceName(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

/** What statements allow, a line for each resource: `dynamodb:GetItem, dynamodb:PutItem on Processes.Arn`. */
export function allowed(statements: readonly Statement[]): readonly string[] {
  const byResource = new Map<string, Set<string>>();
  for (const { Action, Resource, Condition } of statements) {
    const condition = Condition === undefined ? '' : ` if ${cfnText(Condition)}`;
    const resource = cfnText(Resource) + condition;
    const actions = byResource.get(resource) ?? new Set();
    for (const action of [Action].flat()) actions.add(action);
    byResource.set(resource, actions);
  }
  return [...byResource]
    .map(([resource, actions]) => `${[...actions].sort().join(', ')} on ${resource}`)
    .sort();
}
