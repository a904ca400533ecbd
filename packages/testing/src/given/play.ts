import { type CloudEvent, type ProcessDetails, XorcaError, type XorcaErrorCode } from '@xorca/core';
import { checkExpectation, checkStep } from './check.ts';
import type { Expectation } from './expectation.ts';
import type { Past, Seen } from './seen.ts';
import type { Step } from './step.ts';
import { storyText, wentThrough } from './story.ts';
import { entriesFrom, openWorld, type StepOutcome, type Taken, type WorldSetup } from './world.ts';

/** One link of a chain, with the line of the test that wrote it. */
export type Link =
  | { readonly kind: 'step'; readonly step: Step; readonly site: string }
  | { readonly kind: 'when'; readonly step: Step; readonly site: string }
  | { readonly kind: 'then'; readonly expectation: Expectation; readonly site: string };

/** What a chain came to, for whatever `then` does not say. */
export interface Story {
  /** The process as `runner.get` shows it; undefined: there is none. */
  readonly process: ProcessDetails | undefined;
  /** What became of the last step, and what it sent. */
  readonly outcome: StepOutcome | undefined;
  readonly effects: readonly CloudEvent[];
  /** Everything that was sent since the beginning. */
  readonly sent: readonly CloudEvent[];
  /** Epoch ms of the virtual clock. */
  readonly now: number;
  /** Everything that happened, as a failure prints it. */
  readonly text: string;
}

/** Lives through a chain. Throws an `AssertionError` at the first link that does not hold. */
export async function play(setup: WorldSetup, links: readonly Link[]): Promise<Story> {
  const world = openWorld(setup);
  const seen: Seen[] = [];
  const past: Past = { world, begun: setup.now, seen };
  for (const [at, link] of links.entries()) {
    if (link.kind === 'then') checkExpectation(past, link.expectation, link.site);
    else {
      const last = await live(past, link.step);
      seen.push(last);
      if (!isExpected(links, at, last.taken.outcome)) checkStep(past, link.step, link.site);
    }
  }
  const last = seen.at(-1);
  return {
    process: last?.process,
    outcome: last?.taken.outcome,
    effects: last?.effects ?? [],
    sent: [...world.publisher.published],
    now: world.now,
    text: storyText(past),
  };
}

async function live({ world, seen }: Past, step: Step): Promise<Seen> {
  const from = world.now;
  const sent = world.publisher.published.length;
  const reported = world.reported.length;
  const told = seen.findLast(({ entries }) => entries.length > 0)?.entries.at(-1)?.revision ?? 0;
  const taken = await step.take(world);
  const process = await world.runner.get(world.id);
  return {
    title: step.title,
    from,
    now: world.now,
    taken: inTrouble(taken, process, seen.at(-1)?.process) ?? taken,
    effects: world.publisher.published.slice(sent),
    entries: await entriesFrom(world, told + 1),
    reported: world.reported.slice(reported),
    process,
  };
}

/** What went wrong on the way, in a timer or a promise, is nobody's outcome. One that ended in an error went on as its machine says. */
function inTrouble(
  taken: Taken,
  process: ProcessDetails | undefined,
  before: ProcessDetails | undefined,
): Taken | undefined {
  const problem = process?.status === 'active' ? process.problem : undefined;
  const isKnown = problem?.firstAt === before?.problem?.firstAt && problem?.times === before?.problem?.times;
  if (!problem || isKnown || !wentThrough(taken.outcome, true)) return undefined;
  const error = new XorcaError(problem.code as XorcaErrorCode, problem.message);
  return { ...taken, outcome: 'failed', error };
}

// What is said about the outcome of a `when` is said by what follows it directly.
function isExpected(links: readonly Link[], at: number, outcome: StepOutcome): boolean {
  if (links[at]?.kind !== 'when') return false;
  for (let next = at + 1; links[next]?.kind === 'then'; next++) {
    const { expectation } = links[next] as Extract<Link, { kind: 'then' }>;
    if (expectation.outcome !== undefined || expectation.error !== undefined) return true;
    if (outcome === 'failed' && (expectation.problem ?? null) !== null) return true;
  }
  return false;
}
