import { type CloudEvent, createCloudEvent, isXorcaError, messageOf, type ProcessRecord } from '@xorca/core';
import { processState, walker } from '@xorca/core/backend';
import type { ActorLogic, ActorSystem, ActorSystemInfo, Snapshot } from 'xstate';
import type { Alternatives } from './alternatives.ts';
import type { Territory } from './explore-options.ts';
import type { PathMove } from './path-move.ts';
import { stateText } from './state-text.ts';
import { watchOrchestrator } from './watch-orchestrator.ts';

/** A place of the walk: a process as its record says, how it came there, what that reached. A snapshot for `xstate/graph`. */
export type Place = Snapshot<undefined> & {
  readonly key: string;
  readonly record: ProcessRecord | undefined;
  /** Epoch ms. */
  readonly now: number;
  readonly depth: number;
  /** From where and by what it came; none for the beginning. */
  readonly from?: Place;
  readonly move?: PathMove;
  /** Ids of what the move reached. */
  readonly reached: readonly string[];
  readonly effects: readonly CloudEvent[];
  /** Whether the move did anything at all. */
  readonly hasMoved: boolean;
  /** What the move made the machine throw. */
  readonly fault?: string;
};

/** What `xstate/graph` needs. */
export interface Walk {
  readonly logic: ActorLogic<Place, PathMove, undefined, ActorSystem<ActorSystemInfo>>;
  readonly moves: (place: Place) => readonly PathMove[];
}

/** The process behind every walk: as of `given`, so that a path is the same there. */
const ID = 'process-1';
const BEGIN = Date.UTC(2026, 0, 1);

/**
 * The processes of an orchestrator as logic that `xstate/graph` can walk: a snapshot is a saved process, an event whatever can happen
 * to it. The machine itself would not do: its invokes and delays need answers and time.
 */
export function walkLogic(area: Territory, data: Alternatives): Walk {
  let ids: string[] = [];
  const watched = watchOrchestrator(area.orchestrator, area.version, (reached) => void ids.push(...reached));
  const process = walker(watched, area.version, ID);

  function transition(from: Place, move: PathMove): Place {
    ids = [];
    const depth = from.depth + 1;
    const now = move.type === 'time' ? from.now + move.ms : from.now;
    const stays = { ...from, now, depth, from, move, reached: [], effects: [], hasMoved: false };
    try {
      const starts = move.type === 'start' && move.by === undefined;
      const { outcome, record, effects } = process.move(from.record, now, eventOf(from, move, depth), {
        starts,
      });
      if (outcome && outcome.status !== 'applied') {
        return outcome.status === 'failed'
          ? { ...stays, fault: outcome.error?.message ?? 'it failed' }
          : stays;
      }
      if (!record || record === from.record) return stays;
      const { problem } = processState(record);
      if (record.status === 'active' && problem) return { ...stays, fault: problem.message };
      const key = stateText(record, area.options.context);
      return { ...stays, key, record, reached: ids, effects, hasMoved: true };
    } catch (error) {
      if (isXorcaError(error, 'XORCA_CONFIG')) throw error;
      return { ...stays, fault: messageOf(error) };
    }
  }

  function eventOf(from: Place, move: PathMove, depth: number): CloudEvent | undefined {
    const time = new Date(from.now).toISOString();
    const base = { id: `in-${depth}`, source: '/test', subject: ID, time };
    switch (move.type) {
      case 'start':
        return createCloudEvent({ ...base, id: `start-${ID}`, type: move.by ?? 'start', data: move.data });
      case 'event':
        return createCloudEvent({ ...base, type: move.event, data: move.data });
      case 'answer':
        return answerEvent(from, move, base);
      case 'time':
        return undefined;
    }
  }

  function answerEvent(
    { record }: Place,
    { command, ok, data: answer, actor }: Extract<PathMove, { type: 'answer' }>,
    base: { id: string; source: string; subject: string; time: string },
  ): CloudEvent {
    const contract = area.machine.commands.find(({ type }) => type === command);
    const { commands } = processState(record as ProcessRecord);
    const waiting = commands.find(
      ({ type, path }) => type === command && (actor ?? path.join('/')) === path.join('/'),
    );
    return createCloudEvent({
      ...base,
      type: String(ok ? contract?.success : contract?.failure),
      data: answer,
      causationid: waiting?.ids.at(-1) ?? '',
      causationsource: area.orchestrator.source,
    });
  }

  const beginning: Place = {
    status: 'active',
    output: undefined,
    error: undefined,
    key: 'not begun',
    record: undefined,
    now: BEGIN,
    depth: 0,
    reached: [],
    effects: [],
    hasMoved: false,
  };
  const logic = {
    transition,
    getInitialSnapshot: () => beginning,
    getPersistedSnapshot: (place: Place) => place,
  } as unknown as Walk['logic'];
  return { logic, moves: (place: Place) => movesFrom(area, data, place) };
}

/** All that can happen at a place. */
function movesFrom(area: Territory, data: Alternatives, { record, now }: Place): readonly PathMove[] {
  if (!record) return starts(area, data);
  if (record.status !== 'active') return [];
  const { snapshot, commands } = processState(record);
  const { value } = snapshot as { readonly value: unknown };
  const given = Object.keys(area.options.events ?? {});
  const taken = area.machine.takes(value).filter((type) => !type.includes('*'));
  const moves: PathMove[] = [...new Set([...taken, ...given])].flatMap((event) =>
    data.event(event).map((each) => ({ type: 'event' as const, event, data: each })),
  );
  for (const { type: command, path } of inTurn(commands)) {
    const several = commands.filter(({ type }) => type === command).length > 1;
    for (const ok of [true, false]) {
      for (const each of data.answer(command, ok)) {
        moves.push({
          type: 'answer',
          command,
          ok,
          data: each,
          ...(several ? { actor: path.join('/') } : {}),
        });
      }
    }
  }
  if (record.wakeAt !== null) moves.push({ type: 'time', ms: Math.max(0, record.wakeAt - now) });
  return moves;
}

/** The commands to answer. Items of a list are alike: that they answer in another order would only multiply the walk. */
function inTurn<
  Command extends { readonly path: readonly string[]; readonly type: string; readonly resting: boolean },
>(commands: readonly Command[]): readonly Command[] {
  const groups = new Set<string>();
  return commands.filter(({ path, type, resting }) => {
    if (resting) return false;
    if (!/^\d+$/.test(path.at(-1) ?? '')) return true;
    const group = JSON.stringify([type, path.slice(0, -1)]);
    return !groups.has(group) && groups.add(group);
  });
}

function starts({ orchestrator, options }: Territory, data: Alternatives): readonly PathMove[] {
  const by = orchestrator.startType;
  const signals = Object.keys(options.events ?? {}).filter(
    (type) => orchestrator.isSignal(type) && type !== by,
  );
  // Where only signals begin a process, `runner.start` still can, but nobody says so by leaving out `inputs`.
  const plain = by !== undefined || signals.length === 0 || options.inputs !== undefined;
  return [
    ...(plain ? data.inputs().map((each) => startMove(by, each)) : []),
    ...signals.flatMap((type) => data.event(type).map((each) => startMove(type, each))),
  ];
}

function startMove(by: string | undefined, data: unknown): PathMove {
  return { type: 'start', ...(by === undefined ? {} : { by }), data };
}
