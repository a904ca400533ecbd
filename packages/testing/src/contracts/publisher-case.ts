import { AssertionError } from 'node:assert';
import { type CloudEvent, type EventPublisher, isXorcaError, type PublishError } from '@xorca/core';
import { check, same, soon } from './assert.ts';

/** Makes the bus refuse the events with these ids while `work` runs, and only then. */
export type RefuseEvents = (ids: readonly string[], work: () => Promise<void>) => Promise<void>;

/** A publisher, and what came out at the other end of its bus. */
export interface PublisherUnderTest {
  readonly publisher: EventPublisher;
  /** What a consumer of everything got so far, in the order it came; what came twice is there twice. */
  received(): readonly CloudEvent[] | Promise<readonly CloudEvent[]>;
  /**
   * `'none'` only where the bus itself shuffles what it was given in order, as SQS standard queues do. Default `'subject'`: the
   * events of one subject come in the order they were sent.
   */
  readonly order?: 'subject' | 'none';
  /**
   * How the bus can be made to refuse events. One that refuses whole requests refuses each request that holds one of them.
   */
  readonly refuses?: {
    /** For now: throttled, a full queue. */
    readonly forNow?: RefuseEvents;
    /** For good: a forbidden type, a message that is malformed to it. */
    readonly forGood?: RefuseEvents;
  };
  /** Makes the bus not answer at all while `work` runs: nothing arrives. */
  outage?(work: () => Promise<void>): Promise<void>;
}

/** Gives a publisher on a bus that is empty, with one consumer of everything. */
export type MakePublisher = () => Promise<PublisherUnderTest> | PublisherUnderTest;

/** One behaviour that every publisher must show. */
export interface PublisherCase {
  /** A sentence about the behaviour. */
  readonly name: string;
  /** Throws when the publisher does not show it. `makePublisher` is called once. */
  run(makePublisher: MakePublisher): Promise<void>;
  /**
   * The same, and resolves to undefined; or, where the case shows nothing, to what the maker would have to give for it:
   * `'outages.away'`.
   */
  show(makePublisher: MakePublisher): Promise<string | undefined>;
}

/** A case as it is written: what it lacks ends it by `unshown`. */
export type PublisherTrial = Omit<PublisherCase, 'show'>;

/** An event to publish, number `n` of its subject, with whatever a case cares for. */
export function event(subject: string, n: number, part: Readonly<Record<string, unknown>> = {}): CloudEvent {
  return {
    specversion: '1.0',
    // Of one length, so that no id is a part of another: a bus may look for them in texts.
    id: `${subject}/${String(n).padStart(4, '0')}`,
    source: '/contract',
    type: 'evt.contract.test',
    subject,
    time: '2026-01-02T03:04:05.678Z',
    datacontenttype: 'application/json',
    data: { n },
    ...part,
  };
}

/** Events of one subject. */
export function events(subject: string, count: number): CloudEvent[] {
  return Array.from({ length: count }, (_, n) => event(subject, n));
}

/** An event whose JSON has exactly so many bytes of UTF-8, filled up with one text. */
export function sized(subject: string, n: number, bytes: number, fill: string): CloudEvent {
  const sizeOf = (text: string) => new TextEncoder().encode(JSON.stringify(text)).length - 2;
  const empty = new TextEncoder().encode(JSON.stringify(event(subject, n, { data: { text: '' } }))).length;
  const room = Math.max(0, bytes - empty);
  const text = fill.repeat(Math.floor(room / sizeOf(fill)));
  return event(subject, n, { data: { text: text + 'x'.repeat(room - sizeOf(text)) } });
}

/**
 * Fails unless exactly these events arrived, each at least once, unchanged, and those of a subject in this order where the bus
 * keeps one. A bus may be late, and may deliver twice.
 */
export async function arrives(
  test: PublisherUnderTest,
  wanted: readonly CloudEvent[],
  order = test.order ?? 'subject',
): Promise<void> {
  await soon(async () => {
    const got = distinct(await test.received());
    same(idsOf(got).sort(), idsOf(wanted).sort(), 'the events that arrived');
    const byKey = new Map(got.map((one) => [keyOf(one), one]));
    for (const one of wanted) same(byKey.get(keyOf(one)), one, `event ${one.id} as it arrived`);
    if (order === 'none') return;
    for (const [subject, sent] of bySubject(wanted)) {
      same(idsOf(bySubject(got).get(subject) ?? []), idsOf(sent), `the order of subject ${subject}`);
    }
  });
}

/** Publishes, and gives what the publisher says it could not send. Fails over an error that does not say it. */
export async function publishSome(
  { publisher }: PublisherUnderTest,
  all: readonly CloudEvent[],
): Promise<PublishError['failed']> {
  try {
    await publisher.publish(all);
    return [];
  } catch (error) {
    if (!isXorcaError(error, 'XORCA_PUBLISH') || !('failed' in error)) {
      const message =
        'publish threw something else than a PublishError, so nobody knows which events went out';
      throw new AssertionError({ message: `${message}: ${error}` });
    }
    const { failed } = error as PublishError;
    check(failed.length > 0, 'a PublishError names no event');
    same(failed.length, new Set(failed.map(({ id }) => id)).size, 'how many events a PublishError names');
    const ids = idsOf(all);
    for (const { id, reason } of failed) {
      check(ids.includes(id), `a PublishError names ${id}, which nobody published`);
      check(typeof reason === 'string' && reason !== '', `a PublishError gives no reason for ${id}`);
    }
    return failed;
  }
}

/** The ids of events, in their order. */
export function idsOf(all: readonly CloudEvent[]): string[] {
  return all.map(({ id }) => id);
}

/** Those that are not among the named ones. */
export function without(all: readonly CloudEvent[], ids: readonly { readonly id: string }[]): CloudEvent[] {
  return all.filter(({ id }) => !ids.some((one) => one.id === id));
}

function distinct(all: readonly CloudEvent[]): CloudEvent[] {
  return [...new Map([...all].reverse().map((one) => [keyOf(one), one])).values()].reverse();
}

function bySubject(all: readonly CloudEvent[]): Map<string, CloudEvent[]> {
  const groups = new Map<string, CloudEvent[]>();
  for (const one of all) {
    const group = groups.get(one.subject ?? '');
    if (group) group.push(one);
    else groups.set(one.subject ?? '', [one]);
  }
  return groups;
}

function keyOf({ source, id }: CloudEvent): string {
  return `${source}\n${id}`;
}
