import { isXorcaError } from '../errors.ts';
import type { ActivityEnd, PartActivity, TelemetrySpan } from '../telemetry.ts';

/** Calls as a part of an activity: the part begins before, and ends with what came of it. */
export async function during<Result>(
  span: TelemetrySpan,
  activity: PartActivity,
  call: () => Promise<Result>,
  ended: (error?: unknown) => ActivityEnd = plain,
): Promise<Result> {
  const part = span.begin(activity);
  try {
    const result = await part.within(call);
    part.end(ended());
    return result;
  } catch (error) {
    part.end(ended(error));
    throw error;
  }
}

/** How a save ended. */
export function saved(error?: unknown): ActivityEnd {
  if (error === undefined) return { outcome: 'saved' };
  return { outcome: isXorcaError(error, 'XORCA_CONFLICT') ? 'conflict' : 'failed', error };
}

function plain(error?: unknown): ActivityEnd {
  return error === undefined ? {} : { error };
}
