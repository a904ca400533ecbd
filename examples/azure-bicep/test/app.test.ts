import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { starter } from '../../shared/test/program.ts';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';
import { bundle } from '../src/bundle.ts';
import { deploy } from './support/deploy.ts';

const FOLDER = join(import.meta.dirname, '..');
const CORE = join(FOLDER, '../../tools/emulators/functions/functions-core.ts');
const host = JSON.parse(readFileSync(join(FOLDER, 'host.json'), 'utf8')) as Host;
interface Host {
  readonly functionTimeout: string;
  readonly extensions: { readonly serviceBus: Readonly<Record<string, string | number>> };
}

it('the bundle begins in an environment of the settings alone, by identity and by connection strings', async () => {
  const folder = await temporaryFolder();
  await bundle(folder);
  for (const connectionStrings of [false, true]) {
    const { resources } = deploy(join(FOLDER, 'main.bicep'), { connectionStrings });
    const settings = resources.find(({ type }) => type === 'Microsoft.Web/sites/config')?.body['properties'];
    expect(await begin(folder, settings as Record<string, string>)).toEqual({
      code: 0,
      output:
        'library library-wake orchestrator orchestrator-wake regulations regulations-wake summariser summariser-wake wakes',
      errors: '',
    });
  }
});

/** Loads the app as the worker of Functions does, by the `main` of its package, in a process with nothing but that environment. */
async function begin(folder: string, env: Record<string, string>) {
  const { main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { main: string };
  const [core, app] = [CORE, join(folder, main)].map((path) => JSON.stringify(pathToFileURL(path).href));
  const source = `const { installCore } = await import(${core}); const core = installCore(() => {}); await import(${app}); process.stdout.write([...core.functions.keys()].sort().join(' '));`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', source];
  const child = spawn(process.execPath, args, { env });
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

const program = starter(new URL('../src/main.ts', import.meta.url));

it('the example bundles the app and says how to deploy it', async () => {
  const dir = await temporaryFolder();
  const run = program.start('--dir', dir);
  expect(await run.ended).toEqual({ code: 0, signal: null, errors: '' });
  expect(run.lines.join('\n')).toMatch(/az deployment group create .*main\.bicep\n.*zip .*\naz functionapp/);
  expect(existsSync(join(dir, 'app/host.json'))).toBe(true);
  const wrong = program.start('--dir', '');
  expect(await wrong.ended).toMatchObject({
    code: 2,
    errors: expect.stringMatching(/--dir must name.*Usage:/s),
  });
});

it('host.json is the one that the page shows, setting by setting', () => {
  const page = readFileSync(join(FOLDER, '../../docs/deploy-azure.md'), 'utf8');
  expect(JSON.parse(/```json\n(.*?)```/s.exec(page)?.[1] ?? '{}')).toEqual(host);
  const section = page.split('## Settings that matter')[1]?.split('\n## ')[0] ?? '';
  const leaves = (value: object): readonly string[] =>
    Object.entries(value).flatMap(([name, each]) =>
      typeof each === 'object' && !['extensionBundle'].includes(name) ? leaves(each) : [name],
    );
  expect(leaves(host).filter((name) => name !== 'version' && !section.includes(`| \`${name}\` |`))).toEqual(
    [],
  );
});

it('a message is not given away while its function is at work, and none works longer than handlers believe', () => {
  const ms = (text: string | number | undefined) => Date.parse(`1970-01-01T${text}Z`);
  expect(ms(host.functionTimeout)).toBe(5 * 60_000);
  expect(ms(host.extensions.serviceBus['maxAutoLockRenewalDuration'])).toBeGreaterThan(
    ms(host.functionTimeout),
  );
});
