import type { CommandFailure } from '../command-failure.ts';
import { XorcaError } from '../errors.ts';
import { actorAt, pathOf } from './actor-path.ts';
import { type CommandSettings, type CommandSignal, commandSettings } from './command-logic.ts';
import type { EffectList } from './effect-list.ts';
import type { CommandEffect, EngineEffect, EngineInput, PendingCommand } from './engine.ts';
import type { ActorNode, Inspected } from './xstate-internals.ts';

/**
 * The commands one process waits for, beside xstate's snapshot: who asked, under which ids, until when. Changed by the functions
 * of this file, an entry never in place: what was saved shares the entries.
 */
export interface CommandBook {
  readonly root: ActorNode;
  readonly now: number;
  /** What a machine did with commands that nothing could come of. The step that did it fails. */
  fault: XorcaError | undefined;
  /** Takes what comes of time passing rather than of the machine. */
  readonly effects: EffectList;
  /** By key; made when first needed, since most machines have no commands. */
  entries: Map<string, PendingCommand> | undefined;
  /** The same as a list; undefined after a change. */
  list: readonly PendingCommand[] | undefined;
}

export type Answer = Pick<Extract<EngineInput, { kind: 'answer' }>, 'ok' | 'data' | 'ended'>;

type Why =
  | { readonly kind: 'timeout' }
  | { readonly kind: 'answered'; readonly data: unknown }
  | { readonly kind: 'ended'; readonly code: string; readonly message: string };

type Asked = Extract<Inspected, { readonly type: '@xorca.asked' }>;

interface Waiting {
  readonly entry: PendingCommand;
  readonly actor: ActorNode;
  readonly settings: CommandSettings;
}

/** Opens the book on the commands of a record. */
export function keepCommands(
  root: ActorNode,
  from: { readonly commands: readonly PendingCommand[]; readonly now: number },
  effects: EffectList,
): CommandBook {
  return { root, now: from.now, fault: undefined, effects, entries: undefined, list: from.commands };
}

export function pending(book: CommandBook): readonly PendingCommand[] {
  book.list ??= [...entriesOf(book).values()];
  return book.list;
}

/** A command's actor starts: a new command to send, or undefined for one that was sent before the restore. */
export function asked(
  book: CommandBook,
  { actorRef, settings, input, isNew }: Asked,
): CommandEffect | undefined {
  const path = pathOf(actorRef);
  const key = JSON.stringify(path);
  if (entriesOf(book).has(key)) {
    if (isNew) book.fault ??= askedTwice(book.root.id, path);
    return undefined;
  }
  return send(
    book,
    {
      key,
      path,
      type: settings.contract.type,
      ids: [],
      attempt: 0,
      at: book.now,
      dueAt: null,
      resting: false,
      ...(settings.cancel === false ? { quiet: true } : {}),
      input,
    },
    settings,
  );
}

/** A command's actor is stopped while it waits: the event that calls it off, or the unsent command to forget. */
export function left(
  book: CommandBook,
  actor: ActorNode,
  settings: CommandSettings,
): EngineEffect | undefined {
  const key = JSON.stringify(pathOf(actor));
  const entry = entriesOf(book).get(key);
  forget(book, key);
  if (!entry || (entry.ids.length > 0 && !settings.cancel)) return undefined;
  return cancelOf(entry, settings);
}

/** Notes the id under which a command was sent. */
export function sent(book: CommandBook, command: string, id: string): void {
  const entry = entriesOf(book).get(command);
  if (entry) note(book, { ...entry, ids: [...entry.ids, id] });
}

/** Gives an answer to the actor that waits; false when it is no longer there. */
export function answer(book: CommandBook, command: string, { ok, data, ended }: Answer): boolean {
  if (ended) return fail(book, command, { kind: 'ended', ...ended });
  if (!ok) return fail(book, command, { kind: 'answered', data });
  const found = waiting(book, command);
  if (!found) return forget(book, command);
  finish(book, found, { type: 'xorca.answered', output: data });
  return true;
}

/** The time of a command is over: its pause, or the wait for its answer. */
export function lapse(book: CommandBook, command: string): boolean {
  const found = waiting(book, command);
  if (!found?.entry.resting) return fail(book, command, { kind: 'timeout' });
  book.effects.items.push(send(book, found.entry, found.settings));
  return true;
}

/** Sends everything that is waited for once more, as if for the first time. */
export function askAgain(book: CommandBook): void {
  for (const { key } of pending(book)) {
    const found = waiting(book, key);
    if (found) book.effects.items.push(send(book, { ...found.entry, attempt: 0 }, found.settings));
  }
}

function send(book: CommandBook, entry: PendingCommand, settings: CommandSettings): CommandEffect {
  const { now } = book;
  const dueAt = settings.timeoutMs === undefined ? null : now + settings.timeoutMs;
  note(book, { ...entry, attempt: entry.attempt + 1, at: now, dueAt, resting: false });
  return {
    kind: 'command',
    command: entry.key,
    contract: settings.contract,
    input: entry.input,
    first: entry.ids[0],
  };
}

function fail(book: CommandBook, command: string, why: Why): boolean {
  const found = waiting(book, command);
  if (!found) return forget(book, command);
  const { entry, settings } = found;
  const failure = { ...why, command: entry.type, attempts: entry.attempt } as CommandFailure;
  if (rest(book, found, failure)) return true;
  // Whoever carries it out may stop only now: a later attempt goes on with what an earlier one began.
  if (failure.kind === 'timeout' && settings.cancel) book.effects.items.push(cancelOf(entry, settings));
  finish(book, found, { type: 'xorca.failed', failure });
  return true;
}

/** Answers whether another attempt was put off until later. */
function rest(book: CommandBook, { entry, settings: { retry } }: Waiting, failure: CommandFailure): boolean {
  if (!retry || failure.attempts >= retry.attempts || !retry.when(failure)) return false;
  const pause = Math.min(retry.maxBackoffMs, retry.backoffMs * 2 ** (failure.attempts - 1));
  // Drawn from the id, so that the same record and input give the same pause.
  const share = retry.jitter ? 1 - fraction(entry.ids.at(-1) ?? entry.key) / 2 : 1;
  note(book, { ...entry, dueAt: book.now + Math.round(pause * share), resting: true });
  return true;
}

function waiting(book: CommandBook, command: string): Waiting | undefined {
  const entry = entriesOf(book).get(command);
  const actor = entry && actorAt(book.root, entry.path);
  const settings = actor && commandSettings(actor.logic);
  return settings && { entry, actor, settings };
}

function finish(book: CommandBook, { entry, actor }: Waiting, signal: CommandSignal): void {
  forget(book, entry.key);
  actor.send(signal);
}

function entriesOf(book: CommandBook): Map<string, PendingCommand> {
  book.entries ??= new Map(book.list?.map((command) => [command.key, command]));
  return book.entries;
}

function note(book: CommandBook, entry: PendingCommand): void {
  entriesOf(book).set(entry.key, entry);
  book.list = undefined;
}

/** Nobody waits for it any more. Answers false: it had nobody to give to. */
function forget(book: CommandBook, command: string): false {
  if (entriesOf(book).delete(command)) book.list = undefined;
  return false;
}

function cancelOf(entry: PendingCommand, { contract }: CommandSettings): EngineEffect {
  return { kind: 'cancel', command: entry.key, contract, id: entry.ids.at(-1), first: entry.ids[0] };
}

/** A number from 0 to 1 that a text always gives (FNV-1a). */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}

// xstate would put the second in the place of the first, whose answer then had nobody to go to.
function askedTwice(processId: string, path: readonly string[]): XorcaError {
  return new XorcaError(
    'XORCA_MACHINE',
    `Process ${JSON.stringify(processId)} spawned a command with the id ${JSON.stringify(path.at(-1))} while another of that id still waits for its answer. Give each an id of its own, or stop the first before.`,
    { processId },
  );
}
