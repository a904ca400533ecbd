import type { EngineInput, OpenOptions, PendingCommand, PreparedMachine, Session } from '@xorca/core/backend';
import { commandId, stateId, transitionId } from './path-item.ts';

/** Is told the ids of what was reached, with repetitions, once the step that reached it was good. */
export type Sink = (ids: readonly string[]) => void;

/** A machine that does the same and tells what it does. */
export function watchMachine(machine: PreparedMachine, sink: Sink): PreparedMachine {
  return { ...machine, open: (options) => watchSession(machine, options, sink) };
}

function watchSession(machine: PreparedMachine, options: OpenOptions, sink: Sink): Session {
  // Not told before the state is fit to be kept: what throws has not happened.
  let ids: string[] = [];
  const session = machine.open({
    ...options,
    observe: (seen) => {
      ids.push(...seen.entered.map(stateId), ...seen.taken.map(transitionId));
      options.observe?.(seen);
    },
  });
  ids.push(...sentIds(session.started));
  return {
    ...session,
    step(input) {
      // After an error another session is led through all that went well before, which was told then.
      ids = [];
      const before = session.pending();
      const came = outcomeId(input, before);
      try {
        const result = session.step(input);
        if (result.handled)
          ids.push(...came, ...sentIds(result.effects), ...calledOffIds(input, before, session.pending()));
        return result;
      } catch (thrown) {
        // That nobody takes the failure ends the process: the service has failed all the same.
        if (isCommandFailure(thrown)) sink(came);
        throw thrown;
      }
    },
    collect() {
      const effects = session.collect();
      ids.push(...sentIds(effects));
      return effects;
    },
    save() {
      const state = session.save();
      const good = ids;
      ids = [];
      if (good.length > 0) sink(good);
      return state;
    },
  };
}

function sentIds(effects: Session['started']): string[] {
  return effects.flatMap((effect) =>
    effect.kind === 'command'
      ? [commandId(effect.contract.type, effect.first === undefined ? 'asked' : 'asked again')]
      : [],
  );
}

function outcomeId(input: EngineInput, pending: readonly PendingCommand[]): string[] {
  if (input.kind === 'lapse')
    return input.command.resting ? [] : [commandId(input.command.type, 'timed out')];
  if (input.kind !== 'answer') return [];
  const command = pending.find(({ key }) => key === input.command);
  return command ? [commandId(command.type, input.ok ? 'answered' : 'failed')] : [];
}

function calledOffIds(
  input: EngineInput,
  before: readonly PendingCommand[],
  after: readonly PendingCommand[],
): string[] {
  if (before === after) return [];
  const waiting = new Set(after.map(({ key }) => key));
  const settled =
    input.kind === 'answer' ? input.command : input.kind === 'lapse' ? input.command.key : undefined;
  return before
    .filter(({ key }) => key !== settled && !waiting.has(key))
    .map(({ type }) => commandId(type, 'called off'));
}

function isCommandFailure(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && 'command' in thrown && 'attempts' in thrown;
}
