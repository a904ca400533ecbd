import type { CloudEvent, ProcessStatus } from '@xorca/core';
import { processState } from '@xorca/core/backend';
import { stateText } from '../given/show.ts';
import { moveText, type PathMove } from './path-move.ts';
import type { Place } from './walk-logic.ts';

/** A way from the beginning of a process. */
export interface ExploredPath {
  /** What happens, in order. Time that passes twice in a row is one move. */
  readonly moves: readonly PathMove[];
  /** Where the process stands at its end. */
  readonly status: ProcessStatus;
  readonly value: unknown;
  /** What the last move made it send. */
  readonly effects: readonly CloudEvent[];
  /** Ids of all items on it. */
  readonly reached: readonly string[];
  /** In words, on one line. */
  readonly text: string;
}

interface Leg {
  readonly move: PathMove;
  readonly effects: readonly CloudEvent[];
}

// Of many attempts only how they began and ended helps to see the way.
const FIRST = 6;
const LAST = 3;

/** The path that led to a place. */
export function pathTo(place: Place): ExploredPath {
  const places: Place[] = [];
  for (let at: Place | undefined = place; at?.from; at = at.from) places.unshift(at);
  const legs = merged(places);
  const { value } = (place.record ? processState(place.record).snapshot : {}) as { readonly value?: unknown };
  const texts = legs.map(({ move }) => moveText(move));
  const left = texts.length - FIRST - LAST;
  const shown = left > 1 ? [...texts.slice(0, FIRST), `… ${left} more …`, ...texts.slice(-LAST)] : texts;
  return {
    moves: legs.map(({ move }) => move),
    status: place.record?.status ?? 'active',
    value,
    effects: legs.at(-1)?.effects ?? [],
    reached: [...new Set(places.flatMap(({ reached }) => reached))],
    text: `${shown.join(' · ')} → ${stateText(value)}`,
  };
}

function merged(places: readonly Place[]): readonly Leg[] {
  const legs: Leg[] = [];
  for (const { move, effects } of places) {
    if (!move) continue;
    const last = legs.at(-1);
    if (move.type === 'time' && last?.move.type === 'time') {
      const ms = last.move.ms + move.ms;
      legs[legs.length - 1] = { move: { type: 'time', ms }, effects: [...last.effects, ...effects] };
    } else legs.push({ move, effects });
  }
  return legs;
}
