import { compareAll } from './compare-process.ts';
import type { Expectation } from './expectation.ts';
import { failure } from './failure.ts';
import { lineDiff } from './line-diff.ts';
import type { Compared } from './match.ts';
import { eventHint, possibleText, stateHint } from './possible.ts';
import type { Past, Seen } from './seen.ts';
import { indented } from './show.ts';
import type { Step } from './step.ts';
import { outcomeText, storyText, wentThrough } from './story.ts';

/** Throws unless the last step went through: a misspelt type must not pass for an event that happens to do nothing. */
export function checkStep(past: Past, step: Step, site: string): void {
  const last = past.seen.at(-1) as Seen;
  const { outcome, event } = last.taken;
  if (wentThrough(outcome, step.repeats ?? false)) return;
  const hint = !event || outcome === 'rejected' ? '' : eventHint(past, event.type);
  const paragraphs = [
    `Did not go through: ${placeOf(past)}.\n${outcomeText(last.taken)}${hint && `\n${hint}`}`,
    possibleText(past),
    storyText(past),
  ];
  throw failure(paragraphs.join('\n\n'), { actual: outcome, expected: 'applied', site });
}

/** Throws unless everything that an expectation names is so after the last step. */
export function checkExpectation(past: Past, expectation: Expectation, site: string): void {
  const wrong = [...compareAll(past, expectation)].filter(([, { same }]) => !same);
  if (wrong.length === 0) return;
  const names = wrong.map(([part]) => part).join(', ');
  const paragraphs = [
    `Not as expected after ${placeOf(past)}: ${names}.`,
    storyText(past),
    ...wrong.map(([part, pair]) => difference(past, part, pair)),
  ];
  const side = (which: 'actual' | 'expected') =>
    Object.fromEntries(wrong.map(([part, pair]) => [part, pair[which]]));
  throw failure(paragraphs.join('\n\n'), { actual: side('actual'), expected: side('expected'), site });
}

function difference(past: Past, part: string, { actual, expected }: Compared): string {
  const hint = part === 'state' ? stateHint(past, expected) : '';
  const head = `${part} (- expected, + actual)`;
  return `${head}\n${indented(lineDiff(expected, actual))}${hint && `\n  ${hint}`}`;
}

function placeOf({ seen }: Past): string {
  return `step ${seen.length}, "${seen.at(-1)?.title}"`;
}
