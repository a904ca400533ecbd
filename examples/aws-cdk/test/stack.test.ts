import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as commands from '../../literature-summary/src/fleet/contracts.ts';
import { literatureSummary } from '../../literature-summary/src/orchestrator.ts';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';
import { bundle } from '../src/bundle.ts';
import { cfnText } from '../src/cfn-text.ts';
import { cdkTemplate, ofType } from './templates.ts';

const template = cdkTemplate();

/** Which queue gets an event of that type. */
function takers(type: string): readonly string[] {
  const takes = (filter: string | { prefix: string }) =>
    typeof filter === 'string' ? filter === type : type.startsWith(filter.prefix);
  return ofType(template, 'AWS::SNS::Subscription')
    .filter(([, { FilterPolicy }]) => FilterPolicy.type.some(takes))
    .map(([, { Endpoint }]) => cfnText(Endpoint));
}

describe('the stack', () => {
  it('brings every event of the literature summary to the one who takes it, and to nobody else', () => {
    const places = { fetchBook: 'Library', summariseBook: 'Summariser' } as Readonly<Record<string, string>>;
    for (const [name, command] of Object.entries(commands)) {
      const to = [`${places[name] ?? 'Regulations'}Queue.Arn`];
      expect([takers(command.type), takers(command.cancel)], name).toEqual([to, to]);
      for (const type of ['success', 'error'].map((end) => `${command.type.replace('cmd.', 'evt.')}.${end}`))
        expect(takers(type), type).toEqual(['SummariesQueue.Arn']);
    }
    expect(literatureSummary.wants.map(takers)).toEqual(
      literatureSummary.wants.map(() => ['SummariesQueue.Arn']),
    );
    expect(takers('notif.summary.done')).toEqual([]);
  });

  it('gives each function an environment in which its code can begin', async () => {
    const folder = await temporaryFolder();
    await bundle(folder);
    for (const [name, { Handler, Environment }] of ofType(template, 'AWS::Lambda::Function')) {
      const variables = Object.keys(Environment.Variables).map((key) => [key, VALUES[key]]);
      const begun = await begin(folder, Handler, Object.fromEntries(variables));
      expect(begun, name).toEqual({ code: 0, output: 'function', errors: '' });
    }
  });
});

/** What the deployed resources are called, say. */
const VALUES: Readonly<Record<string, string>> = {
  XORCA_TABLE: 'processes',
  XORCA_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:events',
  XORCA_BUCKET: 'pages',
  XORCA_BUCKET_PREFIX: 'pages/',
  XORCA_WAKE_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/wakes',
  XORCA_WAKE_QUEUE_ARN: 'arn:aws:sqs:eu-central-1:123456789012:wakes',
  XORCA_SCHEDULER_ROLE_ARN: 'arn:aws:iam::123456789012:role/scheduler',
  XORCA_SCHEDULE_GROUP: 'schedules',
};

/** Loads a handler as Lambda does: by file and export, in a process of its own with nothing but that environment. */
async function begin(folder: string, handler: string, env: Record<string, string>) {
  const [file, name] = handler.split('.');
  const url = pathToFileURL(join(folder, `${file}.mjs`)).href;
  const source = `const module = await import(${JSON.stringify(url)}); process.stdout.write(typeof module[${JSON.stringify(name)}]);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], { env });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, output, errors };
}
