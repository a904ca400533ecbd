import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { answered, given, pathCoverage, skeletons } from '../../src/index.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const page = readFileSync(join(ROOT, 'docs/path-coverage.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'xorca-documented-'));
symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('the report and the skeleton of the documentation are what its orders give', async () => {
  const file = join(folder, 'orders.ts');
  writeFileSync(file, block('ts', '// orders.ts'));
  const names = await import(file);
  const coverage = pathCoverage(names.orders, { inputs: [{ cents: 900 }, { cents: 900_000 }] });
  await given(coverage.orchestrator)
    .startedBy(names.orderPlaced, { cents: 900 })
    .when(answered(names.takePayment, { receipt: 'r-1' }))
    .then('Sold');
  expect(block('text', 'Paths of shop.orders')).toBe(`${coverage.text()}\n`);
  const text = skeletons(coverage, { modules: { './orders.ts': names } });
  const shown = block('ts', "import { advance, given } from '@xorca/testing'");
  for (const part of shown.split('\n\n').slice(1)) expect(text).toContain(part.trim());
});

/** The code block of the page that begins so. */
function block(language: string, beginning: string): string {
  const start = page.indexOf(`\`\`\`${language}\n${beginning}`);
  expect(start, beginning).toBeGreaterThan(0);
  const from = page.indexOf('\n', start) + 1;
  return page.slice(from, page.indexOf('```', from));
}
