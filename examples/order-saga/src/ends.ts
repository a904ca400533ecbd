import type { Runner } from '@xorca/core';
import type { OrderContext } from './machine.ts';
import type { Ledgers } from './services/index.ts';
import type { Story } from './stories.ts';
import { euros } from './words.ts';

/** How each order ended, a line each: the process's own word first, then what stands in the services' ledgers. */
export async function ends(
  stories: readonly Story[],
  runner: Pick<Runner, 'get'>,
  ledgers: Ledgers,
): Promise<string[]> {
  const rows = await Promise.all(
    stories.map(async ({ id }) => {
      const details = await runner.get(id);
      const { reason, undone = [] } = (details?.context ?? {}) as Partial<OrderContext>;
      const why = [reason, undone.length > 0 ? `undone: ${undone.join(', ')}` : undefined].filter(Boolean);
      return [id, String(details?.value), booked(id, ledgers), why.join('; ')];
    }),
  );
  return aligned([['order', 'end', 'in the ledgers', ''], ...rows]);
}

function booked(orderId: string, { stock, bank, carrier }: Ledgers): string {
  const entries = [stock, bank, carrier].flatMap((ledger) => ledger.entries());
  const own = entries.filter((entry) => entry.orderId === orderId);
  const money = new Set(['charge', 'refund']);
  return (
    own.map(({ kind, amount }) => `${kind} ${money.has(kind) ? euros(amount) : amount}`).join(', ') ||
    'nothing'
  );
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
