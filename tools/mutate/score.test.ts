import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../run/environment.mjs';
import { PARTS, SOURCE } from './parts.mjs';
import { scoresOf, table } from './score.mjs';

const mutants = (...statuses: string[]) => ({ mutants: statuses.map((status) => ({ status })) });

test('a score counts what was noticed among what could be', () => {
  const report = {
    files: {
      [`${SOURCE}run/take.ts`]: mutants(
        'Killed',
        'Timeout',
        'Survived',
        'NoCoverage',
        'CompileError',
        'Ignored',
      ),
      [`${SOURCE}run/deep/other.ts`]: mutants('Survived'),
      [`${SOURCE}run/take.test.ts`]: mutants('Survived'),
      [`${SOURCE}runner.ts`]: mutants('Survived'),
      'elsewhere/run/x.ts': mutants('Survived'),
    },
  };
  const [run] = scoresOf(report, ['run']);
  expect(run).toMatchObject({ name: 'run', noticed: 2, all: 4, score: 50 });
});

test('a part of which nothing was mutated is below its floor, and so is one that lost a mutant', () => {
  const { name, files, floor } = PARTS[0];
  expect(scoresOf({ files: {} }, [name])).toMatchObject([{ ok: false }]);
  const all = (killed: number) => ({
    files: {
      [SOURCE + files[0]]: mutants(
        ...Array.from({ length: 1_000 }, (_, n) => (n < killed ? 'Killed' : 'Survived')),
      ),
    },
  });
  const [at] = scoresOf(all(floor * 10), [name]);
  const [below] = scoresOf(all(floor * 10 - 1), [name]);
  expect([at?.ok, below?.ok]).toEqual([true, false]);
  expect(table(below ? [below] : [])).toContain('BELOW');
});

test('every part names files that are there, and has a floor worth the name', () => {
  for (const { files, floor } of PARTS) {
    expect(floor).toBeGreaterThan(50);
    for (const file of files) {
      const path = join(ROOT, SOURCE, file);
      expect(file.includes('*') ? globSync(path).length > 1 : existsSync(path), file).toBe(true);
    }
  }
});
