import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { codec } from './codec.ts';
import { durable } from './durable.ts';
import { growth } from './growth.ts';
import { inFlight } from './in-flight.ts';
import { type Row, table } from './row.ts';
import { size } from './size.ts';
import { steps } from './steps.ts';
import { timers } from './timers.ts';

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const parts: ReadonlyArray<readonly [title: string, run: () => Promise<Row[]>]> = [
  ['(a) Steps in memory', steps],
  ['(b, c) Durable steps and whole processes', durable],
  ['(d) Many processes, long lives', growth],
  ['(e) Size', size],
  ['(f) Compression and encryption', codec],
  ['(g) Many commands in flight', inFlight],
  ['(h) Many pending timers', timers],
];
const all: Row[] = [];
for (const [title, run] of parts) {
  const rows = await run();
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
process.exit(0);
