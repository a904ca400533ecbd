import { type CloudEvent, describeEvent } from '../cloud-event.ts';
import { isXorcaError, messageOf, XorcaError } from '../errors.ts';
import type { Outcome } from '../outcome.ts';
import type { EventPublisher } from '../ports.ts';
import { publishAll } from '../publish.ts';
import type { AnswerBook } from './answer-book.ts';
import { type Answered, type AnswerSettings, answerOf } from './answer-of.ts';
import { type CommandCall, type Time, tooLate } from './command-call.ts';

/** All that carrying out a command needs. */
export interface CarryOutSettings extends AnswerSettings, Time {
  readonly publisher: EventPublisher;
  /** Undefined: nothing is remembered, and a command that comes again is carried out again. */
  readonly answers: AnswerBook | undefined;
  /** How long a handler may take; Infinity: as long as the call. */
  readonly timeoutMs: number;
  /** For what nobody else would hear of: it spoils nothing. */
  readonly report: (error: XorcaError) => void;
}

/** Leads one command the whole way: known answer, handler, store, publish. Never throws. */
export async function carryOut(
  call: CommandCall,
  settings: CarryOutSettings,
  deadlineAt: number,
): Promise<Outcome> {
  try {
    if (settings.now() >= deadlineAt) throw tooLate(call.event, call.processId);
    const known = await settings.answers?.find(call.event);
    if (known) return await published(call, settings, known, 'duplicate');
    if (call.isCalledOff()) return calledOff(call);
    const until = Math.min(deadlineAt, settings.now() + settings.timeoutMs);
    if (settings.now() >= until) throw tooLate(call.event, call.processId);
    const working = answerOf(call, settings, until);
    const answered = await call.within(until, working, settings);
    if (!answered) reportLate(call, working, settings);
    // It was told to stop: whatever it threw over that, nobody waits for an answer.
    if (call.isCalledOff() && !(answered?.kind === 'answer' && answered.succeeded)) {
      return calledOff(call, answered);
    }
    if (!answered) throw tooLate(call.event, call.processId);
    if (answered.kind !== 'answer') {
      return { status: answered.kind, event: call.event, error: answered.error, effects: [] };
    }
    return await settle(call, settings, answered.answer);
  } catch (thrown) {
    const error = errorOf(thrown, call);
    // Its id is another event's: no later try can change that.
    const status = error.code === 'XORCA_INVALID_EVENT' ? 'rejected' : 'failed';
    return { status, event: call.event, error, effects: [] };
  }
}

async function settle(call: CommandCall, settings: CarryOutSettings, answer: CloudEvent): Promise<Outcome> {
  if (!settings.answers) return published(call, settings, answer, 'applied');
  const kept = await settings.answers.keep(call.event, answer);
  if (kept.carried) return { status: 'applied', event: call.event, effects: [kept.answer] };
  return published(call, settings, kept.answer, kept.isOurs ? 'applied' : 'duplicate');
}

async function published(
  { event, processId }: CommandCall,
  { publisher }: CarryOutSettings,
  answer: CloudEvent,
  status: 'applied' | 'duplicate',
): Promise<Outcome> {
  const { failed } = await publishAll(publisher, [answer]);
  const failure = failed.get(answer.id);
  if (!failure) return { status, event, effects: [answer] };
  throw new XorcaError(
    'XORCA_PUBLISH',
    `The answer ${answer.type} to ${describeEvent(event)} was not published: ${failure.reason}. Deliver the command again.`,
    { processId, retryable: failure.retryable },
  );
}

function calledOff({ event }: CommandCall, answered?: Answered): Outcome {
  const how = answered && 'error' in answered ? `: ${messageOf(answered.error)}` : '';
  return { status: 'applied', event, reason: `called off, so it has no answer${how}`, effects: [] };
}

function reportLate(call: CommandCall, working: Promise<Answered>, { now, report }: CarryOutSettings): void {
  const { event, processId } = call;
  const givenUpAt = now();
  void working.then(() => {
    const what = `${describeEvent(event)}: its handler ended ${now() - givenUpAt} ms after it was given up. What it answered was dropped.`;
    report(new XorcaError('XORCA_DEADLINE', what, { processId }));
  });
}

function errorOf(thrown: unknown, { event, processId }: CommandCall): XorcaError {
  if (isXorcaError(thrown)) return thrown;
  return new XorcaError(
    'XORCA_UNAVAILABLE',
    `${describeEvent(event)} could not be carried out: ${messageOf(thrown)}. Nothing is lost: deliver it again.`,
    { processId, retryable: true, cause: thrown },
  );
}
