import { bareFailure } from '../bare-failure.ts';
import type { CloudEvent } from '../cloud-event.ts';
import type { CommandFailure } from '../command-failure.ts';
import { validateNow } from '../contract.ts';
import { assertFits, cancelEvent, complete, type EffectContext } from '../effects.ts';
import type { MachineView, PendingCommand } from '../engine/engine.ts';
import { messageOf, XorcaError } from '../errors.ts';
import type { Orchestrator } from '../orchestrator.ts';
import type { EffectEvent } from '../orchestrator-options.ts';
import type { Origin, ProcessFailure, Trace } from '../record.ts';

/** How a process ends without being done. */
export interface Ending {
  readonly status: 'error' | 'cancelled';
  readonly failure: ProcessFailure;
}

/** The end of a process whose machine does not handle the failure of a command. */
export function endingBy(failure: CommandFailure, at: number): Ending {
  const how =
    failure.kind === 'timeout'
      ? 'was not answered in time'
      : failure.kind === 'ended'
        ? `ended otherwise (${failure.code}: ${failure.message})`
        : 'was answered with an error';
  return {
    status: 'error',
    failure: {
      code: 'XORCA_COMMAND',
      message: `${failure.command} ${how} (attempts: ${failure.attempts}), and no onError of the machine takes it.`,
      ...(failure.data === undefined ? {} : { data: failure.data }),
      at,
    },
  };
}

/** The answer to the command that started a process, once it is done. */
export function successOf(
  orchestrator: Orchestrator,
  origin: Origin | undefined,
  view: MachineView,
): EffectEvent | undefined {
  const { startCommand } = orchestrator;
  if (!origin || !startCommand) return undefined;
  return { ...answerOf(startCommand.success, origin), data: view.output };
}

/** What a process says when it ends without being done: the error to its starter, and to others that they may stop. */
export function lastWords(
  orchestrator: Orchestrator,
  ending: Ending,
  about: {
    readonly id: string;
    readonly origin: Origin | undefined;
    readonly pending: readonly PendingCommand[];
    /** The command whose failure ended it: whoever answered has stopped already. */
    readonly failed: string | undefined;
    readonly counter: number;
    readonly now: number;
    readonly trace: Trace | undefined;
    readonly maxBytes: number | undefined;
    /** Hears what is wrong with the error's data. */
    readonly warn: (warning: XorcaError) => void;
  },
): CloudEvent[] {
  const wanted: EffectEvent[] = about.pending
    .filter(({ key, quiet }) => key !== about.failed && !quiet)
    .flatMap(({ type, ids }) =>
      ids.length === 0 ? [] : [cancelEvent(`${type}.cancel`, ids.at(-1), ids[0], about.id)],
    );
  const context: Pick<EffectContext, 'id' | 'source' | 'maxBytes'> = {
    ...about,
    source: orchestrator.source,
  };
  const time = new Date(about.now).toISOString();
  const number = (event: EffectEvent, place: number) =>
    complete({ ...about.trace, ...event, id: `${about.id}/${about.counter + place + 1}`, time }, context);
  const events = wanted.map(number);
  const { startCommand } = orchestrator;
  if (!about.origin || !startCommand) return events;
  const { origin, warn } = about;
  const answer = (said: Partial<EffectEvent>) =>
    number({ ...answerOf(startCommand.failure, origin), ...said }, events.length);
  try {
    const said = errorOf(orchestrator, ending.failure);
    const event = answer(said);
    if (startCommand.error && !('failurecode' in said)) assertFits(event, startCommand.error, about.id);
    return [...events, event];
  } catch (cause) {
    // Whatever is wrong with what it would say, it must end: else each wake would try it again, and nobody could cancel it.
    warn(badLastWords(about.id, cause));
    const { code, message } = ending.failure;
    return [...events, answer(bareFailure(code, message.slice(0, MOST_CHARACTERS)))];
  }
}

// Fits into an event of any bus, whatever a command's error or a cancel's reason said.
const MOST_CHARACTERS = 1_000;

function badLastWords(id: string, cause: unknown): XorcaError {
  return new XorcaError(
    'XORCA_CONTRACT',
    `Process ${JSON.stringify(id)} ended, but what it had to tell its starter cannot be sent: ${messageOf(cause)} Its starter got the bare reason instead. Correct onFailure, or the error's contract.`,
    { processId: id, cause },
  );
}

function answerOf(type: string, origin: Origin): EffectEvent {
  return { type, subject: origin.subject, causationid: origin.command, causationsource: origin.source };
}

/** The error's data as its contract wants it; where there is none that fits, the bare reason, marked as such. */
function errorOf({ onFailure, startCommand }: Orchestrator, failure: ProcessFailure): Partial<EffectEvent> {
  if (onFailure) return { data: onFailure(failure) };
  const schema = startCommand?.error;
  const fits =
    failure.data !== undefined && (!schema || 'value' in validateNow(schema, failure.data, 'its error'));
  return fits ? { data: failure.data } : bareFailure(failure.code, failure.message);
}
