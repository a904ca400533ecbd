import { type CarryOutSettings, carryOut } from '../fleet/carry-out.ts';
import type { CommandCall } from '../fleet/command-call.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Outcome } from '../outcome.ts';
import { type ActivityEnd, factsOf, type Telemetry } from '../telemetry.ts';
import { watchedPublisher } from './watched-publisher.ts';

/** Carries a command out as the telemetry sees it; the answer carries the trace that the telemetry gives. */
export async function watchCommand(
  telemetry: Telemetry,
  fleet: string,
  call: CommandCall,
  settings: CarryOutSettings,
  deadlineAt: number,
): Promise<Outcome> {
  const { event, processId, handler } = call;
  const { type: command, success, failure } = handler.contract;
  const about = { kind: 'command' as const, fleet, command, processId, at: settings.now() };
  const span = telemetry.begin({ ...about, events: [factsOf(event)] });
  const { trace } = span;
  const publisher = watchedPublisher(settings.publisher, span);
  const outcome = await span.within(() =>
    carryOut(trace ? { ...call, trace } : call, { ...settings, publisher }, deadlineAt),
  );
  const [answer] = outcome.effects;
  span.end({
    ...endOf(outcome),
    answer: answer?.type === success ? 'success' : answer?.type === failure ? 'error' : 'none',
  });
  return outcome;
}

/** Tells of an event that no handler gets: it could not be read, calls a command off, or is no command of the fleet. */
export function tellUncarried(
  telemetry: Telemetry,
  { name: fleet, cancels }: Pick<Fleet, 'name' | 'cancels'>,
  outcome: Outcome,
  at: number,
): void {
  const { event } = outcome;
  const command = event && cancels.includes(event.type) ? event.type : undefined;
  const events = event ? [factsOf(event)] : [];
  const span = telemetry.begin({ kind: 'command', fleet, command, processId: event?.subject, events, at });
  span.end({ ...endOf(outcome), answer: 'none' });
}

function endOf({ status, error }: Outcome): ActivityEnd {
  return { outcome: status, ...(error ? { error } : {}) };
}
