import type { CloudEvent } from '../cloud-event.ts';
import type { Trace } from '../record.ts';
import { traceOf } from '../trace.ts';

/** What an answer adds to what it takes from its command. */
export interface AnswerParts {
  readonly source: string;
  readonly type: string;
  /** As it goes over the wire; undefined: an answer without data. */
  readonly data: unknown;
  /** Epoch ms. */
  readonly now: number;
  /** Default: the command's own. */
  readonly trace: Trace | undefined;
}

/**
 * The event that answers a command. Its id follows from the command's, so that whoever dedupes on `(source, id)` takes two answers to
 * one command for one. The subject is kept, whatever else (a `replyto`) the command says.
 */
export function answerTo(
  command: CloudEvent,
  { source, type, data, now, trace = traceOf(command) }: AnswerParts,
): CloudEvent {
  return {
    specversion: '1.0',
    id: `${command.id}/answer`,
    source,
    type,
    subject: command.subject as string,
    time: new Date(now).toISOString(),
    datacontenttype: 'application/json',
    causationid: command.id,
    causationsource: command.source,
    ...trace,
    ...(data === undefined ? {} : { data }),
  };
}
