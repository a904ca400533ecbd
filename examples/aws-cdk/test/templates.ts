import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { allowed, type CfnResource, resourceName, type Statement, type Template } from '../src/cfn-text.ts';
import { literatureSummary } from '../src/stack.ts';

const synthesized = (fill: (stack: Stack) => void): Template => {
  const app = new App({ analyticsReporting: false });
  fill(new Stack(app, 'LiteratureSummary'));
  return app.synth().getStackByName('LiteratureSummary').template as Template;
};

/** The stack without its bundle. */
export const cdkTemplate = () =>
  synthesized((stack) => literatureSummary(stack, Code.fromInline('exports.orchestrator = 1')));

/** The template of SAM, each property checked by CDK against the schema of its resource. */
export const samTemplate = (templateFile = join(import.meta.dirname, '../sam-template.yaml')) =>
  synthesized((stack) => void new CfnInclude(stack, 'Sam', { templateFile }));

/** The resources of a type, by the names that the stack gave, in their order. */
export function ofType(
  template: Template,
  type: string,
): [name: string, properties: CfnResource['Properties']][] {
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties }]): [string, CfnResource['Properties']] => [
      resourceName(id).replace(/(Queue)LiteratureSummary.*$/, '$1'),
      Properties,
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

// SAM grants these by managed policies of AWS.
const OF_LAMBDA = /^(logs:|sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes)$)/;

/** What statements allow, without what Lambda itself needs. */
export function granted(statements: readonly Statement[]): readonly string[] {
  return allowed(
    statements
      .map((statement) => ({
        ...statement,
        Action: [statement.Action].flat().filter((action) => !OF_LAMBDA.test(action)),
      }))
      .filter(({ Action }) => Action.length > 0),
  );
}
