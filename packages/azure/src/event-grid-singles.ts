import { XorcaError } from '@xorca/core';
import type { Refused } from '@xorca/core/publishers';
import { azureStatus } from './azure-errors.ts';
import type { EventGridTopic } from './event-grid-topic.ts';

/** The code of an event that was refused for what it is. */
export const MALFORMED = 'RefusedByTopic';

// What was not sent goes later; the code is for its reason.
const NOT_SENT = 'NotSent';
const BAD_REQUEST = 400;
const TOO_LARGE = 413;
// Events that somebody made are malformed now and then. So many on end, and none that is not: it is the topic, and a thousand calls would not help.
const MOST_REFUSED = 3;

/** Whether a call was refused for what it has in it. */
export function isRefused(cause: unknown): boolean {
  return azureStatus(cause) === BAD_REQUEST || azureStatus(cause) === TOO_LARGE;
}

/**
 * Sends the events of a batch that was refused each by itself, and gives those that were not taken. `XORCA_CONFIG` when the topic seems to
 * take none: then it is no event's fault, and all of them go later.
 */
export async function sendOneByOne(topic: EventGridTopic, events: readonly object[]): Promise<Refused[]> {
  const refused: Refused[] = [];
  let malformed = 0;
  let isTaken = false;
  for (const [at, event] of events.entries()) {
    try {
      await topic.send([event]);
      isTaken = true;
    } catch (cause) {
      const message = wordsOf(topic, cause);
      if (!isRefused(cause)) {
        // No other would fare better now.
        const rest = Array.from({ length: events.length - at }, (_, n) => at + n);
        return [...refused, ...rest.map((place) => ({ at: place, code: NOT_SENT, message }))];
      }
      refused.push({ at, code: MALFORMED, message });
      if (azureStatus(cause) === BAD_REQUEST) malformed++;
      const isOver = at === events.length - 1 || malformed === MOST_REFUSED;
      if (!isTaken && isOver && malformed === refused.length) throw takesNone(topic, cause);
    }
  }
  return refused;
}

function takesNone(topic: EventGridTopic, cause: unknown): XorcaError {
  return new XorcaError(
    'XORCA_CONFIG',
    `${wordsOf(topic, cause)}. One event is refused like the other, so it is taken for a fault of the topic: its input schema must be CloudEvents 1.0, which is chosen when a topic is made. Make one that has it.`,
    { cause },
  );
}

// Within a sentence.
function wordsOf(topic: EventGridTopic, cause: unknown): string {
  return topic.failed(cause).message.replace(/\.$/, '');
}
