import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import type { Entity } from './service-bus-entity.ts';

/** Messages of one invocation, and what they are settled with. */
export interface Received {
  readonly receiver: ServiceBusReceiver;
  readonly messages: readonly ServiceBusReceivedMessage[];
}

/** Invokes and settles; never rejects. */
export type Handle = (received: Received) => Promise<void>;

/** What the loops work with. */
export interface LoopOptions {
  readonly entity: Entity;
  readonly handle: Handle;
  /** Ends the loop. */
  readonly signal: AbortSignal;
  /** The most messages of an invocation. */
  readonly most: number;
  readonly idleMs: number;
  /** Service Bus has refused something. */
  refused(error: unknown): void;
  /** A session was accepted. */
  accepted(): void;
}

/** How long a loop waits after Service Bus refused a call; nothing in a test depends on it. */
const RETRY_MS = 100;
/** How long a request waits for a first message before there is another; it ends at once when the loop ends. */
const WAIT_MS = 60_000;
/** How long the SDK of .NET, which the host uses, waits for what comes with a first message; that of JavaScript waits a second. */
const BUNCH_MS = 20;

/** One message after the other, some of them at the same time. */
export async function messageLoop({
  entity,
  handle,
  signal,
  concurrency,
  refused,
}: LoopOptions & { readonly concurrency: number }): Promise<void> {
  const receiver = entity.receiver();
  const running = new Set<Promise<void>>();
  const subscription = receiver.subscribe(
    {
      async processMessage(message) {
        const job = handle({ receiver, messages: [message] }).finally(() => running.delete(job));
        running.add(job);
        await job;
      },
      async processError({ error }) {
        if (!signal.aborted) refused(error);
      },
    },
    { autoCompleteMessages: false, maxConcurrentCalls: concurrency },
  );
  await ended(signal);
  await subscription.close();
  await Promise.all(running);
  await receiver.close();
}

/** One batch after the other. */
export async function batchLoop({ entity, handle, signal, most, refused }: LoopOptions): Promise<void> {
  const receiver = entity.receiver();
  while (!signal.aborted) {
    try {
      const messages = await receive(receiver, most, WAIT_MS, signal);
      if (messages.length > 0) await handle({ receiver, messages });
    } catch (error) {
      await afterRefusal(error, signal, refused);
    }
  }
  await receiver.close();
}

/** One session after the other, and each until nothing more of it has come for a while. */
export async function sessionLoop(options: LoopOptions): Promise<void> {
  const { entity, signal, refused, accepted } = options;
  while (!signal.aborted) {
    try {
      const receiver = await unlessEnded(signal, entity.acceptSession());
      if (!receiver) return;
      accepted();
      try {
        await drain(receiver, options);
      } finally {
        await receiver.close();
      }
    } catch (error) {
      // There is no session: the service has waited long enough.
      if ((error as { readonly code?: string }).code === 'ServiceTimeout') continue;
      await afterRefusal(error, signal, refused);
    }
  }
}

/** The session, unless the loop ends before there is one. */
async function unlessEnded<Session extends { close(): Promise<void> }>(
  signal: AbortSignal,
  request: Promise<Session>,
): Promise<Session | undefined> {
  const session = await Promise.race([request, ended(signal)]);
  // Nobody waits for it any more.
  if (!session) request.then((late) => late.close()).catch(() => {});
  return session ?? undefined;
}

async function drain(receiver: ServiceBusReceiver, { handle, signal, most, idleMs }: LoopOptions) {
  while (!signal.aborted) {
    const messages = await receive(receiver, most, idleMs, signal);
    if (messages.length === 0) return;
    await handle({ receiver, messages });
  }
}

async function receive(
  receiver: ServiceBusReceiver,
  most: number,
  maxWaitTimeInMs: number,
  abortSignal: AbortSignal,
): Promise<readonly ServiceBusReceivedMessage[]> {
  const first = await receiver.receiveMessages(1, { maxWaitTimeInMs, abortSignal });
  if (first.length === 0 || most === 1) return first;
  return [...first, ...(await receiver.receiveMessages(most - 1, { maxWaitTimeInMs: BUNCH_MS }))];
}

async function afterRefusal(error: unknown, signal: AbortSignal, refused: (error: unknown) => void) {
  if (signal.aborted) return;
  refused(error);
  await delay(RETRY_MS, undefined, { signal }).catch(() => {});
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
