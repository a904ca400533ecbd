import type { EventObject } from 'xstate';
import { inline, span } from '../given/show.ts';

/** One thing that happens on a path. */
export type PathMove = StartMove | EventMove | AnswerMove | TimeMove;

/** The process begins: by an event of this type, or, where nothing is named to begin it, by `runner.start`. */
export interface StartMove extends EventObject {
  readonly type: 'start';
  readonly by?: string;
  readonly data: unknown;
}

/** An event comes in. */
export interface EventMove extends EventObject {
  readonly type: 'event';
  readonly event: string;
  readonly data: unknown;
}

/** A service answers a command, with its output or its error. */
export interface AnswerMove extends EventObject {
  readonly type: 'answer';
  readonly command: string;
  readonly ok: boolean;
  readonly data: unknown;
  /** Which actor's; named where several wait for an answer of that type. */
  readonly actor?: string;
}

/** Time passes until something is due. */
export interface TimeMove extends EventObject {
  readonly type: 'time';
  readonly ms: number;
}

// Of its data only as much as tells one alternative from another: a path has many moves.
const DATA_WIDTH = 40;
// What it begins with often differs in one part alone.
const INPUT_WIDTH = 80;

/** A move in a few words, on one line. */
export function moveText(move: PathMove): string {
  switch (move.type) {
    case 'start':
      return words('started', move.by && `by ${move.by}`, inline(move.data, INPUT_WIDTH));
    case 'event':
      return words(move.event, inline(move.data, DATA_WIDTH));
    case 'answer':
      return words(
        move.command,
        move.actor && `(${move.actor})`,
        move.ok ? 'answered' : 'failed',
        inline(move.data, DATA_WIDTH),
      );
    case 'time':
      return `${span(move.ms)} pass`;
  }
}

function words(...all: ReadonlyArray<string | undefined>): string {
  return all.filter((word) => word !== undefined && word !== '' && word !== '{}').join(' ');
}
