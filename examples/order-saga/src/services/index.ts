import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createFleetRunner, type Fleet } from '@xorca/core';
import type { LocalPlatform } from '@xorca/local';
import { bank } from './bank.ts';
import { carrier } from './carrier.ts';
import { type Ledger, openLedger } from './ledger.ts';
import type { ServiceOptions } from './service.ts';
import { stock } from './stock.ts';

const SERVICES: Readonly<Record<ServiceName, (options: ServiceOptions) => Fleet>> = { stock, bank, carrier };

export type ServiceName = 'stock' | 'bank' | 'carrier';

/** The services' books. */
export interface Ledgers extends Readonly<Record<ServiceName, Ledger>> {
  close(): void;
}

/** Opens the three ledgers in a folder, each a file. */
export function openLedgers(dir: string): Ledgers {
  const open = (name: ServiceName) => openLedger(join(dir, `${name}.db`));
  const books = { stock: open('stock'), bank: open('bank'), carrier: open('carrier') };
  return {
    ...books,
    close() {
      for (const book of Object.values(books)) book.close();
    },
  };
}

export interface StartServicesOptions {
  readonly platform: LocalPlatform;
  readonly ledgers: Ledgers;
  readonly paceMs: number;
  readonly tell: (orderId: string, service: ServiceName, what: string) => void;
}

/** Puts the three services on the bus. Each remembers its answers: a command delivered twice is carried out once. */
export function startServices({ platform, ledgers, paceMs, tell }: StartServicesOptions): void {
  for (const name of Object.keys(SERVICES) as ServiceName[]) {
    const fleet = SERVICES[name]({
      ledger: ledgers[name],
      tell: (orderId, what) => tell(orderId, name, what),
      now: platform.clock.now,
      reached: () => setTimeout(paceMs),
    });
    platform.attach(createFleetRunner(fleet, platform, { idempotency: { store: platform.store } }));
  }
}
