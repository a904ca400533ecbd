import { AssertionError } from 'node:assert';
import { sequenceDiagram } from './diagram.ts';
import { type Replay, replayText } from './replay.ts';
import type { Shrunk } from './shrink.ts';
import { INVARIANTS, type Violation } from './violation.ts';

/** What `simulate` throws when a world breaks a promise. Its message says what, how to live through it again, and what happened. */
export interface SimulationFailure extends AssertionError {
  readonly seed: number;
  /** The smallest world found that breaks the promise, for `simulate({ replay })`. */
  readonly replay: Replay;
  /** What that world broke, first things first. */
  readonly violations: readonly Violation[];
}

/** The failure of a simulation: what was broken, in which world, how to live through it again, and what happened in it. */
export function simulationFailure(
  orchestrators: string,
  seed: number,
  { lived, replay }: Shrunk,
): AssertionError {
  const [first] = lived.violations as readonly [Violation];
  const others = lived.violations.slice(1, 4).map((other) => `  also: ${sentence(other)}`);
  const few = replay.faults?.length ?? 0;
  const message = [
    `Simulation of ${orchestrators}: seed ${seed} breaks a promise.`,
    '',
    `${sentence(first)}`,
    ...others,
    '',
    `The smallest world found that breaks it has ${few === 0 ? 'no fault' : few === 1 ? 'one fault' : `${few} faults`}. Live through it alone with`,
    `  simulate(…, { …, replay: ${replayText(replay)} })`,
    `or through all of the seed's with`,
    `  simulate(…, { …, firstSeed: ${seed}, seeds: 1 })`,
    '',
    'What happened, as a Mermaid sequence diagram:',
    '```mermaid',
    sequenceDiagram(lived.happenings, first.processId),
    '```',
  ].join('\n');
  return Object.assign(
    new AssertionError({ message, actual: lived.violations, expected: [], operator: 'simulate' }),
    { seed, replay, violations: lived.violations },
  );
}

function sentence({ invariant, message, processId }: Violation): string {
  const number = Object.entries(INVARIANTS).find(([, name]) => name === invariant)?.[0];
  const which =
    invariant === 'yours'
      ? 'Your invariant'
      : number === undefined
        ? 'No step fails'
        : `Invariant ${number}, ${invariant}`;
  const whose = processId === undefined ? '' : `process ${JSON.stringify(short(processId))}: `;
  return `${which}: ${whose}${message}`;
}

function short(id: string): string {
  return id.length > 80 ? `${id.slice(0, 77)}...` : id;
}
