import { createRunner, memoryPublisher, type ProcessStore, type RunnerOptions } from '@xorca/core';
import type { Wire, WireCall } from '../tools/emulators/wire.ts';
import { answering, answerTo } from './answering.ts';
import { info, type Row } from './row.ts';

/** A store behind a wire. */
export interface WiredStore {
  readonly name: string;
  readonly store: () => Promise<ProcessStore>;
  readonly wire: Wire;
  readonly bill: (calls: readonly WireCall[]) => Bill;
}

/** What calls come to: what a cloud counts, and dollars a million times them. */
export interface Bill {
  readonly units: string;
  readonly dollars: number;
}

const EVENTS = 50;

/** What an event costs at the wire, of a process that is answered and asks again: in both settings of `settle`, cold and warm. */
export async function storeRows(stores: readonly WiredStore[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const store of stores) {
    for (const settle of ['eager', 'lazy'] as const) {
      for (const warm of [0, 100]) rows.push(...(await rowsOf(store, { settle, warm })));
    }
  }
  return rows;
}

async function rowsOf({ name, store, wire, bill }: WiredStore, options: RunnerOptions): Promise<Row[]> {
  const publisher = memoryPublisher();
  const runner = createRunner(answering, { store: await store(), publisher }, options);
  await runner.start({ id: 'p' });
  const answerLast = async () => {
    const last = publisher.published.at(-1);
    const outcomes = last ? await runner.handle([answerTo(last)]) : [];
    if (outcomes[0]?.status !== 'applied') throw new Error(`An event came out as ${outcomes[0]?.status}.`);
  };
  await answerLast();
  // From the last write on, so that the bill knows the item before.
  const from = wire.calls.length - 1;
  for (let n = 0; n < EVENTS; n++) await answerLast();
  const [before, ...calls] = wire.calls.slice(from);
  const each = (of: (call: WireCall) => number) => calls.reduce((sum, call) => sum + of(call), 0) / EVENTS;
  const first = before === undefined ? [] : [before];
  const dollars = (bill([...first, ...calls]).dollars - bill(first).dollars) / EVENTS;
  const { units } = bill(calls.slice(-calls.length / EVENTS));
  const how = `${name}, ${options.settle}, ${options.warm ? 'warm' : 'cold'}`;
  return [
    info(`${how}: calls an event (the last: ${units})`, calls.length / EVENTS, 'calls'),
    info(
      '  bytes sent, with headers on both ways',
      each(({ sentBytes, headerBytes }) => sentBytes + headerBytes),
      'bytes',
    ),
    info(
      '  bytes of the answers',
      each(({ answerBytes }) => answerBytes),
      'bytes',
    ),
    info('  a million events', dollars, '$'),
  ];
}
