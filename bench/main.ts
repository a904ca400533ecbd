import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PARTS } from './parts.ts';
import { type Row, table } from './row.ts';

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const all: Row[] = [];
for (const title of Object.keys(PARTS)) {
  const rows = await measure(title);
  all.push(...rows);
  console.log(table(title, rows));
}
const missed = all.filter(({ ok }) => ok === false);
console.log(
  missed.length === 0
    ? 'Every target is met.'
    : `Missed: ${missed.map(({ name }) => name.trim()).join('; ')}`,
);
if (values.json) {
  writeFileSync(
    values.json,
    `${JSON.stringify(
      all.map(({ name, value, unit, target, ok }) => ({
        name: name.trim(),
        value,
        unit,
        target: target ?? null,
        ok: ok ?? null,
      })),
      null,
      2,
    )}\n`,
  );
}

async function measure(title: string): Promise<Row[]> {
  const child = fork(join(import.meta.dirname, 'part.ts'), [title]);
  let rows: Row[] | undefined;
  child.once('message', (message) => {
    rows = message as Row[];
  });
  const [code] = await once(child, 'exit');
  if (!rows) throw new Error(`${title} ended with ${code} and without figures.`);
  return rows;
}
