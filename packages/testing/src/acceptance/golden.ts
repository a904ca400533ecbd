import type { CloudEvent, ProcessDetails } from '@xorca/core';
import { same } from '../contracts/assert.ts';

/** What somebody notes about each book while it is read. */
export const NOTE = 'mind the margins';

/** The end of each process that reads a book, in every cell. */
const END = {
  orchestrator: 'reading',
  version: '1.0.0',
  status: 'done',
  stuck: false,
  wakeAt: null,
  value: 'Read',
  commands: [],
  timers: [],
  outbox: [],
  buffered: [],
};

/** Every event of such a process that is ever on the bus: who says it, what, over which command, and with what data. */
function eventsOf(book: string): string[] {
  const text = `text of ${book}`;
  const line = (source: string, type: string, data: unknown, cause = '') =>
    `${source} ${type}${cause && ` to ${cause}`} ${JSON.stringify(data)}`;
  const ours = (type: string, data: unknown) => line('/orch/reading', type, data);
  const theirs = (type: string, data: unknown, cause: string) => line('/srvc/library', type, data, cause);
  return [
    line('/outside', 'evt.book.wanted', { book }),
    line('/outside', 'evt.book.noted', { note: NOTE }),
    ours('notif.book.noted', { note: NOTE }),
    ours('cmd.book.fetch', { book }),
    theirs('evt.book.fetch.success', { text }, 'cmd.book.fetch'),
    ours('cmd.book.summarise', { text }),
    theirs('evt.book.summarise.error', { reason: 'too tired' }, 'cmd.book.summarise'),
    ours('cmd.book.summarise', { text }),
    theirs('evt.book.summarise.success', { summary: `summary of ${text}` }, 'cmd.book.summarise'),
    ours('cmd.book.index', { text }),
    theirs('evt.book.index.success', { words: `words of ${text}` }, 'cmd.book.index'),
    ours('notif.book.read', { summary: `summary of ${text}`, words: `words of ${text}` }),
  ].sort();
}

/** Fails unless a process that read this book ended as each does, and sent what each sends. */
export function endsAsEver(process: ProcessDetails, events: readonly CloudEvent[], book: string): void {
  const text = `text of ${book}`;
  const [summary, words] = [`summary of ${text}`, `words of ${text}`];
  const end = { ...END, context: { book, text, summary, words, note: NOTE }, output: `${summary}; ${words}` };
  const shown = Object.fromEntries(
    Object.keys(end).map((name) => [name, process[name as keyof ProcessDetails]]),
  );
  same(shown, end, `the end of ${process.id}`);
  same(linesOf(events), eventsOf(book), `the events of ${process.id}, each once`);
}

// Ids, times and the order are nobody's business: a bus may shuffle, and what runs side by side has no order.
function linesOf(events: readonly CloudEvent[]): string[] {
  const types = new Map(events.map(({ source, id, type }) => [`${source}\n${id}`, type]));
  const lines = events.map(({ source, type, data, causationsource, causationid }) => {
    const cause = causationid === undefined ? '' : types.get(`${causationsource}\n${causationid}`);
    return `${source} ${type}${cause === '' || source !== '/srvc/library' ? '' : ` to ${cause}`} ${JSON.stringify(data)}`;
  });
  return lines.sort();
}
