import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { bundle } from './bundle.ts';
import type { Template } from './cfn-text.ts';
import { literatureSummary } from './stack.ts';

/** Name of the stack. */
export const STACK = 'LiteratureSummary';

/** Bundles the functions into `<dir>/code`, writes into `<dir>/cdk.out` what `cdk deploy --app` takes, and gives the template. */
export async function synthesize(dir: string): Promise<Template> {
  const folder = join(dir, 'code');
  await bundle(folder);
  const app = new App({ outdir: join(dir, 'cdk.out'), analyticsReporting: false });
  literatureSummary(new Stack(app, STACK), Code.fromAsset(folder));
  return app.synth().getStackByName(STACK).template as Template;
}
