import type { CloudEvent, ProcessDetails } from '../../../src/index.ts';
import { ONCE } from './machines.ts';
import type { CommandWorldEnd } from './world.ts';

/** The shortest pause between two attempts: 10 s, of which jitter takes at most half. */
const SHORTEST_PAUSE_MS = 5_000;

/** What is wrong with the end of a world of commands, in words; nothing when every invariant held. */
export function violationsOfCommands(end: CommandWorldEnd): string[] {
  return [...orders(end), ...subs(end), ...ids(end), ...attempts(end)];
}

function* orders({ orders, cancelled, migrated, restless }: CommandWorldEnd): Generator<string> {
  for (const [id, order] of orders) {
    const log = (order?.context as { log?: string[] } | undefined)?.log ?? [];
    for (const entry of new Set(log)) {
      if (log.filter((other) => other === entry).length > 1) yield `double step: ${id} did ${entry} twice`;
      if (![...ONCE, 'a', 'skipped', 'again'].includes(entry)) yield `wrong answer: ${id} took ${entry}`;
    }
    if (cancelled.has(id)) {
      if (order?.status !== 'cancelled') yield `not cancelled: ${id} is ${order?.status}`;
    } else if (order?.value !== 'over') yield `stuck process: ${id} is in ${JSON.stringify(order?.value)}`;
    else if (![...ONCE, log.includes('skipped') ? 'skipped' : 'a'].every((entry) => log.includes(entry))) {
      yield `lost step: ${id} did only ${log}`;
    } else if (log.includes('a') && log.includes('skipped')) yield `both done and skipped: ${id}`;
    if (migrated.has(id) && order?.status === 'active' && order.version !== '2') {
      yield `not migrated: ${id} is on ${order.version}`;
    }
    if (!migrated.has(id) && order?.version === '2' && !cancelled.has(id) && order.value !== 'over') {
      yield `moved by nobody: ${id}`;
    }
    yield* leftovers(id, order);
  }
  if (restless) yield 'undelivered events: the bus never came to rest';
}

function* subs({ subs, orders }: CommandWorldEnd): Generator<string> {
  for (const [id, sub] of subs) {
    const parent = id.slice(0, id.indexOf('/'));
    if (sub?.status === 'active')
      yield `orphan: ${id} of ${parent} (${orders.get(parent)?.status}) still runs`;
    yield* leftovers(id, sub);
  }
}

function* leftovers(id: string, process: ProcessDetails | undefined): Generator<string> {
  if (!process) {
    yield `no process ${id}`;
    return;
  }
  const { outbox, timers, commands, buffered, problem } = process;
  if (outbox.length > 0) yield `unconfirmed effects: ${id} keeps ${outbox.length}`;
  if (timers.length > 0) yield `forgotten timers: ${id} keeps ${timers.length}`;
  if (commands.length > 0) yield `forgotten commands: ${id} keeps ${commands.length}`;
  if (buffered.length > 0 && process.status === 'active') yield `forgotten early events: ${id} keeps some`;
  if (problem) yield `problem: ${id} has ${problem.message}`;
}

function* ids({ published, orders, subs }: CommandWorldEnd): Generator<string> {
  const byId = new Map<string, string>();
  for (const event of published) {
    const text = JSON.stringify(event);
    const before = byId.get(event.id);
    if (before !== undefined && before !== text) yield `unstable id: ${event.id} named ${before} and ${text}`;
    byId.set(event.id, text);
  }
  for (const id of [...orders.keys(), ...subs.keys()]) {
    const numbers = [...byId.keys()]
      .filter((key) => key.slice(0, key.lastIndexOf('/')) === id)
      .map((key) => Number(key.slice(id.length + 1)))
      .sort((a, b) => a - b);
    if (numbers.some((number, at) => number !== at + 1)) yield `unstable ids: ${id} sent ${numbers}`;
  }
}

/** No command is sent again without its pause, and what was called off was told so. */
function* attempts({ published, orders, cancelled }: CommandWorldEnd): Generator<string> {
  const sent = new Map<string, CloudEvent[]>();
  const distinct = new Map(published.map((event) => [event.id, event]));
  for (const event of distinct.values()) {
    if (!event.type.startsWith('cmd.') || event.type.endsWith('.cancel')) continue;
    const key = `${event.subject} ${event.type} ${(event.data as { key: string }).key}`;
    sent.set(key, [...(sent.get(key) ?? []), event]);
  }
  for (const [key, events] of sent) {
    const times = events.map(({ time }) => Date.parse(time ?? '')).sort((a, b) => a - b);
    for (const [at, time] of times.entries()) {
      const before = times[at - 1];
      // Entered anew, a state asks anew, at once.
      if (key.includes('cmd.alone')) continue;
      if (before !== undefined && time - before < SHORTEST_PAUSE_MS) {
        yield `sent twice: ${key} after ${time - before} ms`;
      }
    }
  }
  const of = (id: string, type: string) =>
    [...distinct.values()].filter((event) => event.subject === id && event.type === type);
  for (const [id, order] of orders) {
    const log = (order?.context as { log?: string[] } | undefined)?.log ?? [];
    if (log.includes('again') && of(id, 'cmd.alone').length < 2) yield `not asked again: ${id} cmd.alone`;
    if (log.includes('skipped') && of(id, 'cmd.alone.cancel').length === 0)
      yield `not called off: ${id} cmd.alone`;
    const sub = of(id, 'cmd.sub').at(-1);
    if (cancelled.has(id) && sub && !log.includes('s')) {
      const off = of(id, 'cmd.sub.cancel').some((event) => event['causationid'] === sub.id);
      if (!off) yield `child not called off: ${sub.id}`;
    }
    if (cancelled.has(id)) continue;
    for (const key of ['cmd.alone a', 'cmd.each b0', 'cmd.each b3', 'cmd.deep c', 'cmd.sub s']) {
      if (!sent.has(`${id} ${key}`)) yield `never sent: ${id} ${key}`;
    }
  }
}
