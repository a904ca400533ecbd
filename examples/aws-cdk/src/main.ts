import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommandLine } from '../../shared/command-line.ts';
import { place } from '../../shared/place.ts';
import { show } from './show.ts';
import { STACK, synthesize } from './synthesize.ts';

await runCommandLine({
  usage: `Usage: npm run example -- aws-cdk [--dir FOLDER]
  --dir FOLDER  where the bundled functions and the template go   (default: examples/aws-cdk/.xorca)`,
  read(argv) {
    const { values } = parseArgs({
      args: [...argv],
      options: { dir: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) return 'help';
    if (values.dir === '') throw new Error('--dir must name a folder.');
    return values.dir ?? join(import.meta.dirname, '../.xorca');
  },
  async run(dir) {
    const template = await synthesize(dir);
    const count = Object.keys(template.Resources).length;
    console.log(`The stack ${STACK} has ${count} resources. Those that do something:`);
    for (const line of show(template)) console.log(line);
    console.log(`\nTo deploy it: npx cdk deploy --app ${place(join(dir, 'cdk.out'))}`);
    return 0;
  },
  explain: () => undefined,
});
