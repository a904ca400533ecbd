import type { ProcessDetails } from '@xorca/core';
import { type ServiceWorld, simulate } from '@xorca/testing';
import { expect, test } from 'vitest';
import { orders } from '../src/orchestrator.ts';
import { bank } from '../src/services/bank.ts';
import { carrier } from '../src/services/carrier.ts';
import type { Entry, Ledger } from '../src/services/ledger.ts';
import { stock } from '../src/services/stock.ts';

/** A ledger for a world in which nothing survives. */
function ledger(): Ledger {
  const entries: Entry[] = [];
  const find = (orderId: string, kind: string) =>
    entries.find((entry) => entry.orderId === orderId && entry.kind === kind);
  return {
    find,
    book(entry) {
      if (!find(entry.orderId, entry.kind)) entries.push({ ...entry, asked: 1 });
    },
    total: (item, kind) =>
      entries
        .filter((entry) => entry.item === item && entry.kind === kind)
        .reduce((sum, { amount }) => sum + amount, 0),
    entries: () => entries,
    close() {},
  };
}

let books = { stock: ledger(), bank: ledger(), carrier: ledger() };

/** The real services, on new books. */
function services({ now }: ServiceWorld) {
  books = { stock: ledger(), bank: ledger(), carrier: ledger() };
  const about = { now, tell: () => {}, reached: async () => {} };
  return [
    stock({ ...about, ledger: books.stock }),
    bank({ ...about, ledger: books.bank }),
    carrier({ ...about, ledger: books.carrier }),
  ];
}

/** Money and goods go together: what was shipped was paid, what was called off was given back. */
function* wrong(id: string, { status, value }: ProcessDetails): Generator<string> {
  const kept = (book: Ledger, done: string, undone: string) =>
    (book.find(id, done)?.amount ?? 0) - (book.find(id, undone)?.amount ?? 0) > 0;
  const is = [
    kept(books.bank, 'charge', 'refund'),
    kept(books.stock, 'reserve', 'release'),
    kept(books.carrier, 'ship', ''),
  ];
  const wanted = value === 'Shipped';
  if (status !== 'done') yield `${id} is ${status} in ${JSON.stringify(value)}`;
  if (is.some((one) => one !== wanted)) yield `${id} ended in ${value}; paid, reserved, shipped: ${is}`;
}

test('whatever strikes, an order is paid and shipped, or nobody has paid and nothing is missing', async () => {
  const { processes, faults } = await simulate(orders, services, {
    seeds: 200,
    // As in `startServices`: a stock that forgot its refusal would set things aside for a command that comes again.
    idempotent: true,
    events: ({ random }) => [
      {
        type: 'evt.order.placed',
        data: {
          item: 'organ',
          quantity: 1,
          amount: random.pick([5_000, 900_000]),
          card: random.pick(['valid', 'valid', 'expired']),
          city: random.pick(['Passau', 'Passau', 'Atlantis']),
        },
      },
      ...(random.share(0.7)
        ? [{ type: 'evt.approval.given', data: { by: 'Ada' }, after: random.whole(600_000_000) }]
        : []),
    ],
    invariant: (world) => [...world.processes].flatMap(([id, order]) => [...wrong(id, order)]),
  });
  expect(processes.done).toBe(600);
  expect(faults.silent).toBeGreaterThan(10);
});
