import type { Socket } from 'node:net';
import type { Connection, Sender } from 'rhea';
import { type Claims, makeClaims } from './claims.ts';
import type { Entities } from './entities.ts';
import type { Faults } from './faults.ts';
import type { Refusal, ServiceBusCall } from './options.ts';

/** What the clients of a namespace are served with. */
export interface AmqpService {
  readonly entities: Entities;
  readonly faults: Faults;
  readonly calls: ServiceBusCall[];
  readonly key: string;
}

/** A connection. */
export interface Client {
  readonly claims: Claims;
  /** Its links to receive over. */
  readonly receiving: Map<Sender, { close(): void }>;
  /** Its links for the answers of `$cbs` and `$management`. */
  readonly replies: Set<Sender>;
  /** Does a call and answers it, unless the faults want it otherwise. */
  call(
    call: Omit<ServiceBusCall, 'outcome'>,
    work: () => Refusal | undefined,
    answer: (refusal: Refusal | undefined) => void,
  ): void;
}

/** Makes the client of a connection. */
export function makeClient(connection: Connection, { faults, calls, key }: AmqpService): Client {
  return {
    claims: makeClaims(key),
    receiving: new Map(),
    replies: new Set(),
    call(call, work, answer) {
      const fate = faults.next();
      if (fate === 'away') cut(connection);
      if (fate === 'away' || fate === 'silent') return;
      const refusal = typeof fate === 'object' ? fate : work();
      calls.push({ ...call, outcome: refusal?.condition ?? 'accepted' });
      if (fate === 'lostReply') cut(connection);
      else answer(refusal);
    },
  };
}

/** Ends a connection as a broken line does. */
export function cut(connection: Connection): void {
  const { socket } = connection as unknown as { readonly socket: Socket };
  // rhea learns of it by the error only.
  socket.destroy(new Error('The connection is cut.'));
}
