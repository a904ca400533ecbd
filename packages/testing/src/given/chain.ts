import { XorcaError } from '@xorca/core';
import type { Expecting } from './expectation.ts';
import { expectationOf } from './expectation-of.ts';
import { callSite } from './failure.ts';
import { type Link, play, type Story } from './play.ts';
import type { PlainEvent, Step, Steps } from './step.ts';
import { event, steps } from './steps.ts';
import type { WorldSetup } from './world.ts';

/**
 * What has happened to a process, and what is expected then. Each method gives a longer chain; awaiting one lives through it.
 * Each step must go through (`applied`, `buffered`), save that of a `when` whose `then` names an `outcome` or an `error`.
 */
export interface Chain extends Steps<Chain> {
  /** Several events, one after the other. */
  events(...events: ReadonlyArray<Step | PlainEvent>): Chain;
  /** What happens now: a step made by the function of the same name as a chain's method, or an event. */
  when(what: Step | PlainEvent): Chain;
  /**
   * What is expected after the last step; it may be said in several parts. An array is short for `{ effects }`, a text for
   * `{ state }`. `XORCA_CONFIG` for an expectation that does not exist. Called with functions, as `await` does, it is the `then` of a promise.
   */
  then(this: Called, expecting: Expecting): Chain;
  then<Result1 = Story, Result2 = never>(
    onfulfilled?: ((story: Story) => Result1 | PromiseLike<Result1>) | null,
    onrejected?: ((reason: unknown) => Result2 | PromiseLike<Result2>) | null,
  ): Promise<Result1 | Result2>;
  catch<Result = never>(
    onrejected?: ((reason: unknown) => Result | PromiseLike<Result>) | null,
  ): Promise<Story | Result>;
}

/**
 * What tells TypeScript that the first `then` is not the one that `await` uses: for `await` a chain would have to be a *subtype* of
 * this, which the property it lacks prevents; to call the method it need only be assignable, for which an optional one may lack.
 */
export interface Called {
  readonly when: Chain['when'];
  readonly neverThere?: never;
}

const NAMES = Object.keys(steps) as (keyof Steps<Step>)[];

/** The chain of these links. */
export function chainOf(setup: WorldSetup, links: readonly Link[]): Chain {
  let story: Promise<Story> | undefined;
  let goesOn = false;
  const run = () => {
    story ??= play(setup, links);
    return story;
  };
  const longer = (...more: readonly Link[]) => {
    goesOn = true;
    return chainOf(setup, [...links, ...more]);
  };
  // Whoever forgets to await a chain would otherwise never hear of its failure.
  if (links.at(-1)?.kind === 'then') queueMicrotask(() => goesOn || void run());

  const stepMethods = NAMES.map((name) => {
    const method = (...given: readonly unknown[]) => {
      const step = (steps[name] as (...given: readonly unknown[]) => Step)(...given);
      return longer({ kind: 'step', step, site: callSite(method) });
    };
    return [name, method];
  });

  function events(...several: ReadonlyArray<Step | PlainEvent>): Chain {
    const site = callSite(events);
    return longer(...several.map((what) => ({ kind: 'step' as const, step: stepOf(what), site })));
  }

  function when(what: Step | PlainEvent): Chain {
    return longer({ kind: 'when', step: stepOf(what), site: callSite(when) });
  }

  function then(first?: unknown, second?: unknown): unknown {
    const isPromises = first === undefined || first === null || typeof first === 'function';
    if (isPromises) return run().then(first as undefined, second as undefined);
    if (links.length === 0) {
      const message =
        'then of given has nothing to look at: say before it what happens, e.g. .when(started(…)).';
      throw new XorcaError('XORCA_CONFIG', message);
    }
    const expectation = expectationOf(first as Expecting);
    return longer({ kind: 'then', expectation, site: callSite(then) });
  }

  return {
    ...Object.fromEntries(stepMethods),
    events,
    when,
    then,
    catch: (onrejected?: unknown) => run().catch(onrejected as undefined),
  } as Chain;
}

function stepOf(what: Step | PlainEvent): Step {
  return typeof (what as Step).take === 'function' ? (what as Step) : event(what as PlainEvent);
}
