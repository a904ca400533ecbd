import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { QueueServiceClient } from '@azure/storage-queue';
import { createTables } from '@xorca/azure';
import { startAzurite } from '../../tools/emulators/azure/azurite.ts';
import { startServiceBus } from '../../tools/emulators/azure/service-bus.ts';
import { startFunctions } from '../../tools/emulators/functions/functions.ts';
import { median } from '../measure.ts';
import { info, type Row } from '../row.ts';
import { scratchFolder } from '../scratch.ts';
import { bundled } from './bundle.ts';

const STARTS = 9;
// Of the folder `apps`; the first does nothing.
const APPS = ['empty', 'service-bus', 'storage-queue'];

/** (m) An app in the worker of Azure Functions, bundled: how large it is, and how long its first event takes in a new process. */
export async function azureColdStart(): Promise<Row[]> {
  const names = ['commands', 'wakes'];
  const [azurite, bus] = await Promise.all([
    startAzurite(),
    startServiceBus({ queues: Object.fromEntries(names.map((name) => [name, {}])) }),
  ]);
  const queues = QueueServiceClient.fromConnectionString(azurite.connection);
  await Promise.all([
    createTables({ connection: azurite.connection, table: 'xorca' }),
    ...names.map((name) => queues.createQueue(name)),
  ]);
  const env = { Storage: azurite.connection, ServiceBus: bus.connection };
  const folder = scratchFolder();
  const apps = await Promise.all(APPS.map((name) => appOf(name, folder)));
  // In turns: a machine that slows down for a while slows all of them down.
  for (let n = 0; n < STARTS; n++) {
    for (const app of apps) await start(app, `${app.name}-${n}`, env);
  }
  for (const { stop } of [azurite, bus]) await stop();
  await rm(folder, { recursive: true, force: true });
  const [empty, ...others] = apps;
  const nothing = median(empty?.cold ?? []);
  return [
    info(
      'first event of an app that does nothing, from the start of its worker to the answer',
      nothing,
      'ms',
    ),
    ...others.flatMap((app) => rowsOf(app, nothing)),
  ];
}

interface App {
  readonly name: string;
  readonly entry: string;
  readonly code: Uint8Array;
  /** Milliseconds of the first and of the second event of each worker. */
  readonly cold: number[];
  readonly warm: number[];
}

async function appOf(name: string, folder: string): Promise<App> {
  const entry = join(folder, `${name}.mjs`);
  return { name, entry, code: await bundled(name, entry), cold: [], warm: [] };
}

/** Starts a new worker and has it take two events. */
async function start({ entry, cold, warm }: App, id: string, env: Record<string, string>): Promise<void> {
  let from = performance.now();
  const functions = await startFunctions({ entry, env });
  for (const list of [cold, warm]) {
    await functions.invoke('answering', inputOf(`${id}-${list === cold ? 'a' : 'b'}`));
    const now = performance.now();
    list.push(now - from);
    from = now;
  }
  await functions.stop();
}

function inputOf(id: string) {
  const json = JSON.stringify({ specversion: '1.0', id, source: '/bench', type: 'evt.begin', subject: id });
  return { data: { json } };
}

function rowsOf({ name, code, cold, warm }: App, nothing: number): Row[] {
  return [
    info(`code of the app ${name}, minified`, code.length / 1_024, 'KB'),
    info('  gzipped', gzipSync(code).length / 1_024, 'KB'),
    info('  its first event in a new worker', median(cold), 'ms'),
    info('  so importing, connecting and one event take', median(cold) - nothing, 'ms'),
    info('  next event in the same worker', median(warm), 'ms'),
  ];
}
