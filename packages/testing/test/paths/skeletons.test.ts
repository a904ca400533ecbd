import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Orchestrator } from '@xorca/core';
import { afterAll, describe, expect, it } from 'vitest';
import * as contracts from '../../../../examples/order-saga/src/contracts.ts';
import * as orchestrator from '../../../../examples/order-saga/src/orchestrator.ts';
import { type ExploreOptions, given, pathCoverage, skeletons } from '../../src/index.ts';
import * as machines from './machines.ts';
import { playPath } from './play-path.ts';

const { orders } = orchestrator;
const execute = promisify(execFile);

/** What a program says; if it fails, that is in the error. */
async function run(program: string, args: readonly string[]): Promise<string> {
  try {
    return (await execute(program, args)).stdout;
  } catch (error) {
    throw new Error(String((error as { readonly stdout?: unknown }).stdout), { cause: error });
  }
}

const ROOT = join(import.meta.dirname, '../../../..');
// Outside of any package: it sees what is installed here, by the names it is installed under.
const folder = mkdtempSync(join(tmpdir(), 'xorca-skeletons-'));
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const small = { item: 'organ', quantity: 1, amount: 900, card: '4242', city: 'Wien' };
const SAGA = {
  [`${ROOT}/examples/order-saga/src/contracts.ts`]: contracts,
  [`${ROOT}/examples/order-saga/src/orchestrator.ts`]: orchestrator,
};
const MACHINES = { [join(import.meta.dirname, 'machines.ts')]: machines };

describe('the text of skeletons', () => {
  const all: ReadonlyArray<
    readonly [string, Orchestrator, ExploreOptions, Readonly<Record<string, object>>]
  > = [
    ['orders', orders, { inputs: [small, { ...small, amount: 900_000 }] }, SAGA],
    ['house', machines.house, {}, MACHINES],
    ['devices', machines.devices, {}, MACHINES],
    ['painters', machines.painters, {}, MACHINES],
  ];

  it('compiles, and holds when it runs', async () => {
    const files = all.map(([name, of, options, modules]) => {
      const file = join(folder, `${name}.test.ts`);
      writeFileSync(file, skeletons(pathCoverage(of, options), { runner: 'node:test', modules }));
      return file;
    });
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: join(ROOT, 'tsconfig.base.json'), include: ['*.ts'] }),
    );
    await run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder]);
    const stdout = await run(process.execPath, [
      '--conditions=@xorca/source',
      '--test',
      '--test-reporter=tap',
      ...files,
    ]);
    expect(stdout).toContain('# fail 0');
    const passed = Number(/# pass (\d+)/.exec(stdout)?.[1]);
    expect(passed).toBeGreaterThan(20);
    expect(stdout).toContain('# todo 2');
  });

  it('calls contracts and the orchestrator what the modules call them', () => {
    const coverage = pathCoverage(orders, { inputs: [small] });
    const text = skeletons(coverage, { modules: { './saga.ts': { ...contracts, ...orchestrator } } });
    expect(text).toContain("import { it } from 'vitest';\n");
    expect(text).toMatch(/import \{\n(?: {2}\w+,\n)+\} from '.\/saga.ts';/);
    expect(text).toContain(
      [
        "it('reaches state Shipped', async () => {",
        '  await given(orders)',
        "    .startedBy(orderPlaced, { item: 'organ', quantity: 1, amount: 900, card: '4242', city: 'Wien' })",
        '    .answered(reserveStock, { left: 1 })',
        "    .answered(takePayment, { receipt: 'text' })",
        "    .when(answered(sendParcel, { parcel: 'text' }))",
        "    .then({ status: 'done', state: 'Shipped', effects: [orderShipped] });",
        '});',
      ].join('\n'),
    );
    expect(text).toContain("it.todo('reaches state Approving: no path found with the data given');");
  });

  it('says by type what no module has, and says it for the runner that is wanted', () => {
    const coverage = pathCoverage(machines.house);
    const text = skeletons(coverage, { runner: 'jest' });
    expect(text).not.toContain('import { it }');
    expect(text).toContain("import { orchestrator } from './orchestrator.ts';");
    expect(text).toContain(".when(event('evt.room.measure.success', { size: 1 }))");
  });

  it('leaves out what was reached, and is empty once all was', async () => {
    const coverage = pathCoverage(orders, { inputs: [small] });
    await given(coverage.orchestrator)
      .startedBy(contracts.orderPlaced, small)
      .answered(contracts.reserveStock, { left: 1 })
      .answered(contracts.takePayment, { receipt: 'r' })
      .answered(contracts.sendParcel, { parcel: 'p' });
    expect(skeletons(coverage)).not.toContain('Shipped');
    const one = pathCoverage(machines.painters, { version: '1.0.0' });
    expect(skeletons(one)).not.toBe('');
    for (const { path } of one.report().unreached) if (path) await playPath(one.orchestrator, path);
    expect(skeletons(one)).toBe('');
  });

  it('writes data that needs care as it is', async () => {
    const hard = { "it's": 'a "b" \\ \n', list: [1, null, { 'x-y': true }], nothing: {} };
    const coverage = pathCoverage(machines.house, { inputs: [hard] });
    const text = skeletons(coverage);
    const literal = /started\((\{.*\})\)/.exec(text)?.[1] ?? '';
    const read: unknown = new Function(`return (${literal})`)();
    expect(read).toEqual(hard);
  });
});
