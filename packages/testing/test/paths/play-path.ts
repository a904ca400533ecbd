import type { CommandContract, Orchestrator } from '@xorca/core';
import {
  advance,
  answered,
  type ExploredPath,
  event,
  failed,
  given,
  type PathMove,
  type Step,
  started,
  startedBy,
} from '../../src/index.ts';

/** Lives through a path with the real runner, and asks for what the walk has seen at its end. */
export async function playPath(orchestrator: Orchestrator, path: ExploredPath): Promise<void> {
  const version = orchestrator.versions.at(-1) ?? '';
  const { commands } = orchestrator.machine(version, 'test');
  const steps = path.moves.map((move) => stepOf(move, commands));
  const last = steps.at(-1) as Step;
  await given(orchestrator)
    .events(...steps.slice(0, -1))
    .when(last)
    .then({
      status: path.status,
      state: path.value as object,
      effects: path.effects.map(({ type }) => type),
    });
}

function stepOf(move: PathMove, commands: readonly CommandContract[]): Step {
  switch (move.type) {
    case 'start':
      return move.by === undefined ? started(move.data) : startedBy(move.by, move.data);
    case 'event':
      return event(move.event, move.data);
    case 'time':
      return advance(move.ms);
    case 'answer': {
      const contract = commands.find(({ type }) => type === move.command) as CommandContract;
      const which = move.actor === undefined ? {} : { actor: move.actor };
      return move.ok ? answered(contract, move.data, which) : failed(contract, move.data, which);
    }
  }
}
