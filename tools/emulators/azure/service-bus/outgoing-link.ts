import rhea, { type Delivery, type Sender } from 'rhea';
import { outgoing } from './amqp-message.ts';
import { notAllowed } from './inbox.ts';
import { reorder } from './lock-token.ts';
import type { Refusal } from './options.ts';
import type { Consumer, Queue } from './queue.ts';
import { attach, makeCredit } from './rhea-internals.ts';
import { SESSION_LOCK_LOST } from './sessions.ts';
import { settleDelivery } from './settlement.ts';

const { types } = rhea;

/** A link over which a client receives. */
export interface OutgoingLink {
  close(): void;
}

const SESSION_FILTER = 'com.microsoft:session-filter';

// https://learn.microsoft.com/dotnet/api/system.datetime.ticks: from the year 1, in 100 ns.
const EPOCH_TICKS = 621_355_968_000_000_000n;

/** Opens a link for a client that wants to receive from a queue. */
export function openOutgoing(queue: Queue, link: Sender): OutgoingLink {
  const wanted = sessionWanted(link);
  const mismatch = mismatchOf(queue, wanted !== undefined);
  if (mismatch !== undefined) return refuse(link, mismatch);
  const credit = makeCredit(link);
  let open = false;
  const consumer: Consumer & { sessionId?: string } = {
    settled: link.snd_settle_mode === 1,
    credit: () => (open && link.is_open() && link.sendable() ? credit.left() : 0),
    deliver(stored) {
      credit.spend();
      const tag = reorder(Buffer.from(stored.lock?.token ?? '', 'hex'));
      const delivery = link.send(outgoing(stored, 0, Date.now() + queue.lockMs), tag);
      if (consumer.settled) (delivery as { settled: boolean }).settled = true;
    },
    lost() {
      open = false;
      link.close(SESSION_LOCK_LOST);
      queue.remove(consumer);
    },
  };

  function begin(sessionId?: string): void {
    open = true;
    if (sessionId !== undefined) consumer.sessionId = sessionId;
    accept(link, sessionId, Date.now() + queue.lockMs);
    queue.add(consumer);
  }

  link.on('sender_flow', () => {
    queue.serve();
    credit.drained();
  });
  link.on('sendable', () => queue.serve());
  for (const event of ['accepted', 'rejected', 'released', 'modified']) {
    link.on(event, ({ delivery }: { readonly delivery: Delivery }) => settleDelivery(queue, delivery));
  }

  let stopWaiting = () => {};
  if (wanted === null) stopWaiting = waitForSession(queue, link, consumer, begin);
  else {
    const refusal = wanted === undefined ? undefined : queue.sessions.accept(wanted, consumer);
    if (refusal !== undefined) return refuse(link, refusal);
    begin(wanted);
  }
  return {
    close() {
      stopWaiting();
      open = false;
      queue.remove(consumer);
    },
  };
}

function waitForSession(
  queue: Queue,
  link: Sender,
  consumer: Consumer,
  begin: (sessionId: string) => void,
): () => void {
  let stop = () => {};
  // The client waits in real time, whatever the clock of the service says; without a wish, the service lets it wait for a minute.
  const waitMs = Number(link.properties?.['com.microsoft:timeout'] ?? 60_000);
  const timer = setTimeout(() => {
    stop();
    refuse(link, {
      condition: 'com.microsoft:timeout',
      description: 'There is no free session with messages.',
    });
  }, waitMs);
  stop = queue.sessions.acceptNext(consumer, (sessionId) => {
    clearTimeout(timer);
    begin(sessionId);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}

function accept(link: Sender, sessionId: string | undefined, lockedUntil: number): void {
  const filter = sessionId === undefined ? {} : { filter: { [SESSION_FILTER]: sessionId } };
  link.set_source({ address: link.source.address, ...filter });
  link.set_target({ address: link.target?.address ?? '' });
  const ticks = Buffer.alloc(8);
  ticks.writeBigInt64BE(EPOCH_TICKS + BigInt(lockedUntil) * 10_000n);
  const until = { 'com.microsoft:locked-until-utc': types.wrap_long(ticks) };
  attach(link, sessionId === undefined ? undefined : until);
}

/** Answers an attach by an error, as AMQP has it: opened, then closed. */
export function refuse(link: Sender, refusal: Refusal): OutgoingLink {
  link.set_source({ address: '' });
  attach(link);
  link.close(refusal);
  return { close() {} };
}

// Undefined: of no session; null: of any.
function sessionWanted({ source }: Sender): string | null | undefined {
  const filter = source?.filter as Readonly<Record<string, unknown>> | undefined;
  if (!filter || !(SESSION_FILTER in filter)) return undefined;
  const given = filter[SESSION_FILTER] as string | { readonly value?: string } | null;
  return (typeof given === 'object' ? given?.value : given) ?? null;
}

function mismatchOf({ options }: Queue, wantsSession: boolean): Refusal | undefined {
  if (wantsSession === (options.requiresSession ?? false)) return undefined;
  return wantsSession
    ? notAllowed(
        'A sessionful message receiver cannot be created on an entity that does not require sessions.',
      )
    : notAllowed(
        'It is not possible for an entity that requires sessions to create a non-sessionful message receiver.',
      );
}
