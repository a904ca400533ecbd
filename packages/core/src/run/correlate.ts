import type { AnswerKind } from '../answers.ts';
import type { CloudEvent } from '../cloud-event.ts';
import type { PendingCommand } from '../engine/engine.ts';

/**
 * The command that an event answers: the one it names by `causationid`; without that, the oldest of those that wait for such
 * an answer. Else the reason why it answers none.
 */
export function commandFor(
  event: CloudEvent,
  kind: AnswerKind,
  pending: readonly PendingCommand[],
  sources: readonly string[],
): PendingCommand | string {
  const asked: unknown = event['causationsource'];
  if (asked !== undefined && asked !== null && !sources.includes(asked as string))
    return `it answers a command of ${String(asked)}`;
  const cause: unknown = event['causationid'];
  if (cause !== undefined && cause !== null) {
    const named = pending.find(({ ids }) => ids.includes(cause as string));
    if (!named)
      return `nothing waits for an answer to ${String(cause)}: it was answered, called off, or is another's`;
    if (kind.commands.has(named.type)) return lateError(named, String(cause), kind) ?? named;
    return `${String(cause)} is a ${named.type}, which ${event.type} does not answer`;
  }
  let oldest: PendingCommand | undefined;
  for (const command of pending) {
    if (kind.commands.has(command.type) && (!oldest || command.at < oldest.at)) oldest = command;
  }
  return oldest ?? `nothing waits for ${event.type}`;
}

// The output of any attempt is the output. But an attempt that was given up has failed already: its error must not count against
// the one that is under way, or lengthen the pause before the next.
function lateError({ ids, resting }: PendingCommand, cause: string, kind: AnswerKind): string | undefined {
  if (kind.ok || (cause === ids.at(-1) && !resting)) return undefined;
  return `the attempt ${cause} was given up before its error came`;
}
