import type { CloudEvent } from '../../src/index.ts';
import type { WorldEnd } from './world.ts';

/** What is wrong with the end of a world, in words; nothing when every invariant held. */
export function violations(end: WorldEnd): string[] {
  return [...lostOrDouble(end), ...effects(end), ...stuck(end)];
}

function* lostOrDouble({ ids, states, sent, acknowledged }: WorldEnd): Generator<string> {
  for (const id of ids) {
    const log = states.get(id)?.log ?? [];
    for (const entry of new Set(log)) {
      const times = log.filter((other) => other === entry).length;
      if (times > 1) yield `double step: ${entry} moved ${id} ${times} times`;
    }
    for (const { id: tick, type } of [...sent, ...acknowledged].filter(({ subject }) => subject === id)) {
      if (type === 'evt.tick' && !log.includes(tick)) yield `lost event: ${tick} is not in ${id}`;
    }
  }
}

function* effects({ ids, states, published }: WorldEnd): Generator<string> {
  const byId = new Map<string, string>();
  for (const event of published) {
    const text = JSON.stringify(event);
    const before = byId.get(event.id);
    if (before !== undefined && before !== text) yield `unstable id: ${event.id} named ${before} and ${text}`;
    byId.set(event.id, text);
  }
  for (const id of ids) {
    const unique = new Map<string, CloudEvent>(
      published.filter(({ subject }) => subject === id).map((event) => [event.id, event]),
    );
    const numbers = [...unique.keys()].map((key) => Number(key.slice(id.length + 1))).sort((a, b) => a - b);
    if (numbers.some((number, place) => number !== place + 1))
      yield `unstable ids: ${id} sent ${[...unique.keys()].join(', ')}`;
    const types = [...unique.values()]
      .map(({ type, data }) => `${type}${typeof data === 'string' ? ` ${data}` : ''}`)
      .sort();
    const ticks = (states.get(id)?.log ?? []).filter((entry) => entry.startsWith('tick'));
    const expected = [
      'cmd.fetch',
      'cmd.left',
      'cmd.right',
      'notif.closed',
      ...ticks.map((tick) => `notif.tick ${tick}`),
    ].sort();
    if (types.join() !== expected.join())
      yield `wrong effects: ${id} sent ${types.join(', ')} instead of ${expected.join(', ')}`;
  }
}

function* stuck({ ids, states, unsettled }: WorldEnd): Generator<string> {
  for (const id of ids) {
    const state = states.get(id);
    if (!state?.log.includes('alarm')) yield `lost timer: ${id} never heard its alarm`;
    if (state?.value !== 'closing') yield `stuck process: ${id} is in ${JSON.stringify(state?.value)}`;
    if (state && state.outbox > 0) yield `unconfirmed effects: ${id} keeps ${state.outbox}`;
    if (state && state.timers > 0) yield `forgotten timer: ${id} keeps ${state.timers}`;
  }
  if (unsettled > 0) yield 'undelivered events: the bus never came to rest';
}
