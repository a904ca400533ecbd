import type { CommandFailure } from '../command-failure.ts';
import { actorAt, pathOf } from './actor-path.ts';
import { type CommandSettings, type CommandSignal, commandSettings } from './command-logic.ts';
import type { CommandEffect, EngineEffect, EngineInput, PendingCommand } from './engine.ts';
import type { ActorNode } from './xstate-internals.ts';

/** The commands one process waits for, beside xstate's snapshot: who asked, under which ids, until when. */
export interface CommandBook {
  pending(): readonly PendingCommand[];
  /** A command's actor starts: a new command to send, or undefined for one that was sent before the restore. */
  asked(actor: ActorNode, settings: CommandSettings, input: unknown): CommandEffect | undefined;
  /** A command's actor is stopped while it waits: the event that calls it off, or the unsent command to forget. */
  left(actor: ActorNode, settings: CommandSettings): EngineEffect | undefined;
  /** Notes the id under which a command was sent. */
  sent(command: string, id: string): void;
  /** Gives an answer to the actor that waits; false when it is no longer there. */
  answer(command: string, answer: Answer): boolean;
  /** The time of a command is over: its pause, or the wait for its answer. */
  lapse(command: string): boolean;
  /** Sends everything that is waited for once more, as if for the first time. */
  askAgain(): void;
}

export type Answer = Pick<Extract<EngineInput, { kind: 'answer' }>, 'ok' | 'data' | 'ended'>;

type Entry = { -readonly [Key in keyof PendingCommand]: PendingCommand[Key] };

type Why =
  | { readonly kind: 'timeout' }
  | { readonly kind: 'answered'; readonly data: unknown }
  | { readonly kind: 'ended'; readonly code: string; readonly message: string };

/** Opens the book. `add` takes an effect that comes of time passing rather than of the machine. */
export function keepCommands(
  root: ActorNode,
  from: { readonly commands: readonly PendingCommand[]; readonly now: number },
  add: (effect: EngineEffect) => void,
): CommandBook {
  const { now } = from;
  const entries = new Map<string, Entry>();
  for (const command of from.commands) entries.set(command.key, { ...command });

  const send = (entry: Entry, settings: CommandSettings): CommandEffect => {
    entry.attempt++;
    entry.at = now;
    entry.dueAt = settings.timeoutMs === undefined ? null : now + settings.timeoutMs;
    entry.resting = false;
    return {
      kind: 'command',
      command: entry.key,
      contract: settings.contract,
      input: entry.input,
      first: entry.ids[0],
    };
  };

  // Answers whether another attempt was put off until later.
  const rest = (entry: Entry, settings: CommandSettings, failure: CommandFailure): boolean => {
    const { retry } = settings;
    if (!retry || failure.attempts >= retry.attempts || !retry.when(failure)) return false;
    const pause = Math.min(retry.maxBackoffMs, retry.backoffMs * 2 ** (failure.attempts - 1));
    // Drawn from the id, so that the same record and input give the same pause.
    const share = retry.jitter ? 1 - fraction(entry.ids.at(-1) ?? entry.key) / 2 : 1;
    entry.dueAt = now + Math.round(pause * share);
    entry.resting = true;
    return true;
  };

  const waiting = (command: string) => {
    const entry = entries.get(command);
    const actor = entry && actorAt(root, entry.path);
    const settings = actor && commandSettings(actor.logic);
    return settings ? { entry, actor, settings } : undefined;
  };

  const finish = (actor: ActorNode, key: string, signal: CommandSignal): void => {
    entries.delete(key);
    actor.send(signal);
  };

  const fail = (command: string, why: Why): boolean => {
    const found = waiting(command);
    if (!found) return entries.delete(command) && false;
    const { entry, actor, settings } = found;
    const failure = { ...why, command: entry.type, attempts: entry.attempt } as CommandFailure;
    if (rest(entry, settings, failure)) return true;
    if (failure.kind === 'timeout' && settings.cancel) add(cancelOf(entry, settings));
    finish(actor, command, { type: 'xorca.failed', failure });
    return true;
  };

  return {
    pending: () => [...entries.values()],
    asked(actor, settings, input) {
      const path = pathOf(actor);
      const key = JSON.stringify(path);
      if (entries.has(key)) return undefined;
      const entry: Entry = {
        key,
        path,
        type: settings.contract.type,
        ids: [],
        attempt: 0,
        at: now,
        dueAt: null,
        resting: false,
        ...(settings.cancel === false ? { quiet: true } : {}),
        input,
      };
      entries.set(key, entry);
      return send(entry, settings);
    },
    left(actor, settings) {
      const key = JSON.stringify(pathOf(actor));
      const entry = entries.get(key);
      entries.delete(key);
      if (!entry || (entry.ids.length > 0 && !settings.cancel)) return undefined;
      return cancelOf(entry, settings);
    },
    sent(command, id) {
      const entry = entries.get(command);
      if (entry) entry.ids = [...entry.ids, id];
    },
    answer(command, { ok, data, ended }) {
      if (ended) return fail(command, { kind: 'ended', ...ended });
      if (!ok) return fail(command, { kind: 'answered', data });
      const found = waiting(command);
      if (!found) return entries.delete(command) && false;
      finish(found.actor, command, { type: 'xorca.answered', output: data });
      return true;
    },
    lapse(command) {
      const found = waiting(command);
      if (!found?.entry.resting) return fail(command, { kind: 'timeout' });
      add(send(found.entry, found.settings));
      return true;
    },
    askAgain() {
      for (const entry of entries.values()) {
        const found = waiting(entry.key);
        if (!found) continue;
        entry.attempt = 0;
        add(send(entry, found.settings));
      }
    },
  };
}

function cancelOf(entry: Entry, { contract }: CommandSettings): EngineEffect {
  return { kind: 'cancel', command: entry.key, contract, id: entry.ids.at(-1) };
}

/** A number from 0 to 1 that a text always gives (FNV-1a). */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}
