import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommandLine } from '../../shared/command-line.ts';
import { place } from '../../shared/place.ts';
import { bundle } from './bundle.ts';

await runCommandLine({
  usage: `Usage: npm run example -- azure-bicep [--dir FOLDER]
  --dir FOLDER  where the bundled functions go   (default: examples/azure-bicep/.xorca)`,
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
    const app = join(dir, 'app');
    await bundle(app);
    console.log(`The function app is in ${place(app)}. To deploy it, with the group's name in GROUP:\n`);
    console.log(
      `az deployment group create --resource-group "$GROUP" --template-file ${place(join(import.meta.dirname, '../main.bicep'))}`,
    );
    console.log(`(cd ${place(app)} && zip --recurse-paths ../app.zip .)`);
    console.log(
      `az functionapp deployment source config-zip --resource-group "$GROUP" --name "$APP" --src ${place(join(dir, 'app.zip'))}`,
    );
    console.log('\nAPP is the output functionApp of the first command.');
    return 0;
  },
  explain: () => undefined,
});
