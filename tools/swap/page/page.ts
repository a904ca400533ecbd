import { BUS_FACTS, type BusFacts, STORE_FACTS, type StoreFacts } from './facts.ts';
import type { Results } from './results.ts';

/** What the page is made of. */
export interface PageParts {
  readonly stores: readonly string[];
  readonly buses: readonly string[];
  readonly cases: ReadonlyArray<{ readonly title: string; readonly name: string }>;
  readonly results: Results;
}

/** The page of all stores and buses, as Markdown. */
export function pageOf(parts: PageParts): string {
  const { stores, buses, cases } = parts;
  const notes = notesOf(parts);
  return `# Stores and buses

<!-- Written by the tests of tools/swap from what they found. Not by hand: \`npm run docs:backends\`. -->

Every store goes with every bus. A platform is one of each, and nothing else in a program knows which:

${fenced(`import { createRunner, memoryStore, type Orchestrator } from '@xorca/core';
import { snsPublisher } from '@xorca/aws';

export const run = (orchestrator: Orchestrator, topicArn: string) =>
  createRunner(orchestrator, { store: memoryStore(), publisher: snsPublisher({ topicArn }) });`)}

## Stores

${table(
  ['store', 'package', 'factory', 'largest body', 'what a save is', '`due` is', 'more'],
  stores.map((name) => storeRow(name, factsOf(STORE_FACTS, name))),
)}

*By hints*: small objects beside the records say who is due, written before them. There may be too many, which does no harm, never too few.

## Buses

${table(
  ['bus', 'package', 'factory', 'largest event', 'order', 'deliveries are taken by', 'more'],
  buses.map((name) => busRow(name, factsOf(BUS_FACTS, name))),
)}

No orchestrator needs the order of a bus.

## Which go together

One suite, \`acceptance\` of \`@xorca/testing\`, runs in each of the ${stores.length * buses.length} cells with each change of this project, against emulators on a real
wire: publishers, handlers and stores as they are used, with the functions that they run in dying and starting anew. A ✓ is all ${cases.length} cases passed.

${table(
  ['', ...buses.map((bus) => bus + mark(notes, factsOf(BUS_FACTS, bus).note))],
  stores.map((store) => [
    store + mark(notes, factsOf(STORE_FACTS, store).note),
    ...buses.map((bus) => cellOf(parts, store, bus)),
  ]),
)}

${notes.map((note, at) => `${at + 1}. With ${note}, for the case *big state*.`).join('\n')}

${table(
  ['case', 'what it shows'],
  cases.map(({ title, name }) => [title, name]),
)}

- *The golden walk* is compared with one list of events and one end, the same in every cell.
- *Faults* strike a dozen processes by a dozen seeds: crashes before and after each save and each publishing, a store and a bus that are away,
  lost replies, lost races, events refused for now, deliveries that come twice, late and out of order.
- *Time* is a virtual clock. Delays of days pass in no time.
- SQLite with the local bus shares one file: a save takes its events along in its own transaction.

A store or a bus of your own goes through the same suite: see [the contracts](../contracts.md) and [write a backend](../write-a-backend.md).
`;
}

function storeRow(name: string, { of, factory, largestBody, save, due, page }: StoreFacts): string[] {
  return [name, `\`${of}\``, `\`${factory}\``, largestBody, save, due, page];
}

function busRow(name: string, { of, factory, largestEvent, order, handler, page }: BusFacts): string[] {
  const taker = handler.includes(' ') ? handler : `\`${handler}\``;
  return [name, `\`${of}\``, `\`${factory}\``, largestEvent, order, taker, page];
}

function cellOf({ results, cases }: PageParts, store: string, bus: string): string {
  const wanting = results.wanting(
    store,
    bus,
    cases.map(({ title }) => title),
  );
  if (wanting === undefined) return 'not run';
  return wanting.length === 0 ? '✓' : `fails: ${wanting.join(', ')}`;
}

function notesOf({ stores, buses }: PageParts): readonly string[] {
  const all = [
    ...stores.map((name) => factsOf(STORE_FACTS, name).note),
    ...buses.map((name) => factsOf(BUS_FACTS, name).note),
  ];
  return [...new Set(all.filter((note) => note !== undefined))];
}

function mark(notes: readonly string[], note: string | undefined): string {
  return note === undefined ? '' : ` <sup>${notes.indexOf(note) + 1}</sup>`;
}

function factsOf<Facts>(all: Readonly<Record<string, Facts>>, name: string): Facts {
  const facts = all[name];
  if (facts === undefined) throw new Error(`tools/swap/page/facts.ts says nothing of ${name}.`);
  return facts;
}

function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function fenced(code: string): string {
  return `\`\`\`ts\n${code}\n\`\`\``;
}
