/** The promises that every world is judged by, numbered as in `ARCHITECTURE.md`. */
export const INVARIANTS = {
  1: 'no lost event',
  2: 'no double step',
  3: 'no torn state',
  4: 'stable ids',
  5: 'no lost update',
  6: 'no stuck process',
  7: 'a failing machine loses nothing',
  8: 'nothing undeliverable is decided',
  9: 'emission is complete and ordered',
  10: 'a process stays on its version',
  11: 'no key is a path',
} as const;

/** The name of a promise; `no step fails`: none but by a simulated fault; `yours`: one of your own. */
export type InvariantName = (typeof INVARIANTS)[keyof typeof INVARIANTS] | 'no step fails' | 'yours';

/** A promise that a world broke. */
export interface Violation {
  readonly invariant: InvariantName;
  /** What happened, in words. */
  readonly message: string;
  /** The process it happened to; undefined: it is about the whole world. */
  readonly processId?: string;
}

/** Makes violations of one process. */
export type Breaker = (invariant: InvariantName, message: string) => Violation;

/** What makes violations of a process. */
export function breaker(processId: string): Breaker {
  return (invariant, message) => ({ invariant, processId, message });
}
