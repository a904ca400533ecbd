import { type CloudEvent, invalid } from '../cloud-event.ts';
import { decodeEvent } from '../decode.ts';
import { mapLimit } from '../map-limit.ts';
import { hint } from '../options.ts';
import type { Outcome } from '../outcome.ts';
import type { CallOptions, WakeResult } from '../wake.ts';
import { tellUncarried, watchCommand } from '../watch/watch-command.ts';
import { callBook } from './call-book.ts';
import { carryOut } from './carry-out.ts';
import { type CommandCall, commandCall } from './command-call.ts';
import type { Fleet } from './fleet.ts';
import { type FleetPlatform, type FleetRunnerOptions, fleetSettings } from './fleet-settings.ts';
import { forgetAnswers } from './forget-answers.ts';

/** A fleet on a platform. */
export interface FleetRunner {
  readonly fleet: Fleet;
  /** Whether it remembers answers, and so wants to be woken. */
  readonly isIdempotent: boolean;
  /**
   * Carries out commands and publishes each answer as soon as it is there; one outcome for each event, in their order. Takes
   * CloudEvents or their JSON texts. Commands run concurrently, those of one process too. Never throws for an event's sake.
   */
  handle(events: readonly unknown[], options?: CallOptions): Promise<readonly Outcome[]>;
  /** Deletes answers that were kept long enough; `woken` counts them. Call it every minute or so where it is idempotent. */
  wake(options?: CallOptions): Promise<WakeResult>;
}

/**
 * Puts a fleet on a platform. `XORCA_CONFIG` for an unknown or unfit option.
 *
 * @example
 * const runner = createFleetRunner(library, { publisher }, { idempotency: { store } })
 * const outcomes = await runner.handle(events, { deadlineAt })
 */
export function createFleetRunner(
  fleet: Fleet,
  platform: FleetPlatform,
  options: FleetRunnerOptions = {},
): FleetRunner {
  const settings = fleetSettings(fleet, platform, options);
  const { store, concurrency, maxEventBytes, now, telemetry } = settings;
  const calls = callBook();
  const forget = store && forgetAnswers({ fleet: fleet.name, store, concurrency, now });

  function taken(event: CloudEvent, processId: string): CommandCall | undefined {
    const handler = fleet.handler(event.type);
    const call = handler && commandCall(event, processId, handler);
    if (call) calls.add(call);
    return call;
  }

  function callOff(event: CloudEvent): Outcome {
    if (calls.callOff(event) > 0) return { status: 'applied', event, effects: [] };
    return unhandled(event, 'the command it calls off is not being carried out here');
  }

  function unknown(event: CloudEvent): Outcome {
    const why = `${event.type} is no command of ${fleet.name}.${hint(event.type, fleet.types)}`;
    if (fleet.unknown === 'skip') return unhandled(event, why);
    return { status: 'rejected', event, error: invalid(event, `type: ${why}`), effects: [] };
  }

  /** An outcome of what no handler gets, which only this shows to the telemetry. */
  function seen(outcome: Outcome): Outcome {
    if (telemetry) tellUncarried(telemetry, fleet, outcome, now());
    return outcome;
  }

  return {
    fleet,
    isIdempotent: store !== undefined,

    async handle(events, { deadlineAt = Number.POSITIVE_INFINITY } = {}) {
      const outcomes: Outcome[] = new Array(events.length);
      const commands: Array<{ readonly at: number; readonly call: CommandCall }> = [];
      const cancels: Array<{ readonly at: number; readonly event: CloudEvent }> = [];
      for (const [at, raw] of events.entries()) {
        const decoded = decodeEvent(raw, maxEventBytes);
        if ('error' in decoded) {
          outcomes[at] = seen({ status: 'rejected', ...decoded, effects: [] });
          continue;
        }
        const { event, id } = decoded;
        const call = taken(event, id);
        if (call) commands.push({ at, call });
        else if (fleet.cancels.includes(event.type)) cancels.push({ at, event });
        else outcomes[at] = seen(unknown(event));
      }
      // All commands are taken by now: one that was called off in its own batch, or that still waits for its turn, is not begun.
      for (const { at, event } of cancels) outcomes[at] = seen(callOff(event));
      await mapLimit(commands, concurrency, async ({ at, call }) => {
        outcomes[at] = telemetry
          ? await watchCommand(telemetry, fleet.name, call, settings, deadlineAt)
          : await carryOut(call, settings, deadlineAt);
        calls.remove(call);
      });
      return outcomes;
    },

    async wake({ deadlineAt = Number.POSITIVE_INFINITY } = {}) {
      return forget ? forget(deadlineAt) : { woken: 0, resent: 0, failed: [], more: false };
    },
  };
}

function unhandled(event: CloudEvent, reason: string): Outcome {
  return { status: 'unhandled', event, reason, effects: [] };
}
