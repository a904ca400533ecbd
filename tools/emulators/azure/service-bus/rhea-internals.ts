import type { Delivery, link, Receiver, Sender, Session } from 'rhea';

// What rhea has and does not declare. Its version is exact in the lockfile.

interface SenderInternals {
  credit: number;
  delivery_count: number;
  _draining: boolean;
  _get_drain(): boolean;
  open(): void;
  readonly local: { readonly attach: { properties?: object; max_message_size?: number } };
}

interface SessionInternals {
  create_sender(name: string, options?: unknown): Sender & SenderInternals;
  on_transfer(frame: TransferFrame): void;
  _get_link(frame: TransferFrame): Receiver;
}

interface TransferFrame {
  readonly payload?: Buffer;
}

const bytes = new WeakMap<link, number>();
const held = new WeakMap<Sender, () => void>();

/** Prepares a new session: its senders are attached by `attach`, not at once, and the bytes of transfers are counted. */
export function prepare(session: Session): void {
  const inside = session as Session & SessionInternals;
  const { create_sender: create, on_transfer: take } = inside;
  inside.create_sender = (name, options) => {
    const sender = create.call(inside, name, options);
    const { open } = sender;
    held.set(sender, () => open.call(sender));
    // A receiver waits for its session: until there is one, the other side must not hear that the link is open.
    sender.open = () => {};
    return sender;
  };
  inside.on_transfer = (frame) => {
    const receiver = inside._get_link(frame);
    bytes.set(receiver, (bytes.get(receiver) ?? 0) + (frame.payload?.length ?? 0));
    take.call(inside, frame);
  };
}

/** Answers the other side's attach. */
export function attach(sender: Sender, properties?: object): void {
  const { local } = sender as Sender & SenderInternals;
  if (properties !== undefined) local.attach.properties = properties;
  held.get(sender)?.();
}

/** How many bytes the transfer had that just came. */
export function takeBytes(receiver: Receiver): number {
  const count = bytes.get(receiver) ?? 0;
  bytes.delete(receiver);
  return count;
}

/** Says in the attach how large a message may be. */
export function limitMessages(receiver: Receiver, maxBytes: number): void {
  (receiver as unknown as SenderInternals).local.attach.max_message_size = maxBytes;
}

/** Counts the credit of a sender as it will be when all is on the wire, and gives the rest back when the other side wants that. */
export function makeCredit(sender: Sender) {
  const inside = sender as Sender & SenderInternals;
  let sent = 0;
  inside._get_drain = () => {
    // rhea answers only when there is credit left; the other side waits for an answer in any case.
    if (!inside._draining) return false;
    inside.delivery_count += inside.credit;
    sent += inside.credit;
    inside.credit = 0;
    inside._draining = false;
    return true;
  };
  return {
    left: () => inside.credit - (sent - inside.delivery_count),
    spend() {
      sent++;
    },
    /** After what could be sent: the rest of the credit is gone. */
    drained() {
      if (inside._draining) sender.set_drained(true);
    },
  };
}

/** Settles a delivery for good: a receiver that settles second says nothing more. */
export function settle(delivery: Delivery, state: unknown): void {
  delivery.update(true, state);
  (delivery as { remote_settled: boolean }).remote_settled = true;
}
