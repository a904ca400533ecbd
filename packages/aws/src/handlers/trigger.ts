import { type Fleet, type Orchestrator, XorcaError } from '@xorca/core';
import { field, type RunnerOf, type Work, workOf } from '@xorca/core/handlers';
import type { LambdaOptions } from './lambda-options.ts';
import type { LambdaHandler, LambdaResponse } from './lambda-types.ts';
import { readDelivery } from './read-delivery.ts';

/** One way into a function. */
export interface Trigger {
  /** What it takes, in words, with the fields by which it is known. */
  readonly shape: string;
  /** Whether the event is one of its kind. */
  is(event: unknown): boolean;
  take(work: Work, event: unknown, deadlineAt: number): Promise<LambdaResponse>;
}

/** A handler that asks its triggers, in their order, whose an event is. */
export function handlerOf<What extends Orchestrator | Fleet>(
  where: string,
  triggers: readonly Trigger[],
  what: What,
  platform: unknown,
  options: LambdaOptions<What>,
): LambdaHandler<What> {
  const work = workOf(where, what, platform, options as LambdaOptions, { read: readDelivery });
  const handler = async (event: unknown, context?: Parameters<LambdaHandler>[1]) => {
    const trigger = triggers.find((each) => each.is(event));
    if (!trigger) throw unknownShape(where, triggers, event);
    return trigger.take(work, event, work.deadlineIn(leftOf(context)));
  };
  return Object.assign(handler, { runner: work.of.runner as RunnerOf<What> });
}

// Whoever sends what is none must not fill the log.
const MOST_KEYS = 20;
const LONGEST_KEY = 40;

function unknownShape(where: string, triggers: readonly Trigger[], event: unknown): XorcaError {
  const shapes = triggers.map(({ shape }) => shape).join('; ');
  return new XorcaError(
    'XORCA_INVALID_EVENT',
    `${where} was invoked with ${described(event)}, which is no event that it takes: ${shapes}. See that this trigger belongs to this function.`,
  );
}

/** By its keys, never by its data. */
function described(event: unknown): string {
  if (event === undefined || event === null) return String(event);
  if (Array.isArray(event)) return `a list of ${event.length}`;
  if (typeof event !== 'object') return `a ${typeof event}`;
  const keys = Object.keys(event);
  if (keys.length === 0) return 'an empty object';
  const shown = keys.slice(0, MOST_KEYS).map((key) => JSON.stringify(key.slice(0, LONGEST_KEY)));
  const records = field(event, 'Records');
  const first: unknown = Array.isArray(records) ? records[0] : undefined;
  const source = field(first, 'eventSource') ?? field(first, 'EventSource');
  // The name of a service of AWS (`aws:s3`), or else whatever somebody made up.
  const of = typeof source === 'string' && /^aws:[\w-]{1,30}$/.test(source) ? ` of ${source}` : '';
  return `an object with ${shown.join(', ')}${keys.length > MOST_KEYS ? ', …' : ''}${of}`;
}

function leftOf(context: Parameters<LambdaHandler>[1]): number | undefined {
  const left: unknown = context?.getRemainingTimeInMillis?.();
  return typeof left === 'number' && !Number.isNaN(left) ? left : undefined;
}
