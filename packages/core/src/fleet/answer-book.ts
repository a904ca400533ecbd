import type { CloudEvent } from '../cloud-event.ts';
import { isXorcaError, messageOf, XorcaError } from '../errors.ts';
import type { EventPublisher, ProcessStore } from '../ports.ts';
import { answerId, answerIn, answerRecord } from './answer-record.ts';

/** What became of an answer that was to be kept. */
export interface KeptAnswer {
  /** The one that counts: the first that was stored. */
  readonly answer: CloudEvent;
  readonly isOurs: boolean;
  /** The store took it to the publisher in its own transaction. */
  readonly carried: boolean;
}

/** A fleet's memory: which command got which answer. */
export interface AnswerBook {
  /** The answer a command got before. */
  find(command: CloudEvent): Promise<CloudEvent | undefined>;
  /** Stores an answer unless another handler was faster. What cannot be stored throws, and must not be published. */
  keep(command: CloudEvent, answer: CloudEvent): Promise<KeptAnswer>;
}

export interface AnswerBookOptions {
  readonly fleet: string;
  readonly store: ProcessStore;
  readonly publisher: EventPublisher;
  readonly keepMs: number;
  readonly now: () => number;
}

/** Keeps answers in a process store, each in a record that is written once. */
export function answerBook({ fleet, store, publisher, keepMs, now }: AnswerBookOptions): AnswerBook {
  const carries = store.carries === publisher;

  async function find(command: CloudEvent): Promise<CloudEvent | undefined> {
    const stored = await store.load(answerId(fleet, command));
    return stored && answerIn(stored.record, fleet, command);
  }

  return {
    find,
    async keep(command, answer) {
      const at = now();
      const record = answerRecord(fleet, command, answer, { now: at, wakeAt: at + keepMs });
      try {
        await store.save(record, undefined, carries ? [answer] : undefined);
        return { answer, isOurs: true, carried: carries };
      } catch (cause) {
        // Somebody else's answer is there, or the save had landed and only its reply was lost. Else nobody may hear of ours.
        const first = await find(command);
        if (!first) throw unkept(cause, command);
        return { answer: first, isOurs: JSON.stringify(first) === JSON.stringify(answer), carried: false };
      }
    },
  };
}

function unkept(cause: unknown, command: CloudEvent): XorcaError {
  if (isXorcaError(cause)) return cause;
  return new XorcaError(
    'XORCA_UNAVAILABLE',
    `The answer to ${command.type} could not be stored, so it was not published: ${messageOf(cause)}. Deliver the command again.`,
    { processId: command.subject as string, retryable: true, cause },
  );
}
