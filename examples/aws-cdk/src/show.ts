import {
  allowed,
  type CfnResource,
  cfnText,
  resourceName,
  type Statement,
  type Template,
} from './cfn-text.ts';

type Properties = CfnResource['Properties'];

/** What is worth a line of its own, with what matters about it. The rest belongs to these. */
const KINDS: Readonly<Record<string, (properties: Properties) => string>> = {
  'AWS::DynamoDB::Table': (table) =>
    `table, key ${table['KeySchema'][0].AttributeName}, index ${table['GlobalSecondaryIndexes'][0].IndexName}, time to live ${table['TimeToLiveSpecification'].AttributeName}`,
  'AWS::SNS::Topic': () => 'topic',
  'AWS::S3::Bucket': (bucket) => {
    const [rule] = bucket['LifecycleConfiguration'].Rules;
    return `bucket, ${rule.Prefix}* for ${rule.ExpirationInDays} days`;
  },
  'AWS::Lambda::Function': ({ Handler, Timeout, MemorySize }) =>
    `function ${Handler}, ${Timeout} s, ${MemorySize} MB`,
  'AWS::SQS::Queue': ({ VisibilityTimeout, RedrivePolicy, MessageRetentionPeriod }) =>
    [
      'queue',
      ...(VisibilityTimeout ? [`a message is unseen for ${VisibilityTimeout} s`] : []),
      ...(RedrivePolicy
        ? [`after ${RedrivePolicy.maxReceiveCount} tries to ${cfnText(RedrivePolicy.deadLetterTargetArn)}`]
        : []),
      ...(MessageRetentionPeriod ? [`kept for ${span(MessageRetentionPeriod)}`] : []),
    ].join(', '),
  'AWS::SNS::Subscription': ({ FilterPolicy, Endpoint }) =>
    `subscription, ${cfnText(FilterPolicy.type)} to ${cfnText(Endpoint)}`,
  'AWS::Lambda::EventSourceMapping': ({ EventSourceArn, BatchSize, FunctionResponseTypes }) =>
    `trigger, ${BatchSize} messages of ${cfnText(EventSourceArn)}, ${cfnText(FunctionResponseTypes)}`,
  'AWS::Events::Rule': ({ ScheduleExpression }) => `wake, ${ScheduleExpression}`,
  'AWS::CloudWatch::Alarm': ({ MetricName, Threshold }) => `alarm, ${MetricName} > ${Threshold}`,
  'AWS::Scheduler::ScheduleGroup': () => 'group of schedules',
};

/** What a template consists of: a line for each resource that does something, then what each role may do. */
export function show({ Resources }: Template): readonly string[] {
  const resources = Object.entries(Resources);
  const lines = resources.flatMap(([id, { Type, Properties }]) => {
    const says = KINDS[Type]?.(Properties);
    return says === undefined ? [] : [[nameOf(id), says] as const];
  });
  const width = Math.max(...lines.map(([name]) => name.length));
  const roles = resources.filter(([, { Type }]) => Type === 'AWS::IAM::Policy');
  return [
    ...lines.flatMap(([name, says]) => [
      // A part begins with its function.
      ...(says.startsWith('function') ? [''] : []),
      `  ${name.padEnd(width)}  ${says}`,
    ]),
    '',
    'What each role may do, and nothing else:',
    ...roles.flatMap(([, { Properties }]) => [
      `  ${cfnText(Properties['Roles'])}`,
      ...allowed(Properties['PolicyDocument'].Statement as Statement[]).map((line) => `    ${line}`),
    ]),
  ];
}

/** CDK names a subscription by its queue and, behind that, the stack and the topic. */
function nameOf(logicalId: string): string {
  return resourceName(logicalId).replace(/LiteratureSummary.*$/, '');
}

const MINUTES_A_DAY = 1_440;

function span(seconds: number): string {
  const minutes = seconds / 60;
  return minutes < MINUTES_A_DAY ? `${minutes} minutes` : `${minutes / MINUTES_A_DAY} days`;
}
