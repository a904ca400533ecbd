import { type CloudEvent, eventKey } from '../cloud-event.ts';
import type { JournalEntry } from '../ports.ts';

/** The steps of one save, as a journal has them. */
export interface RecordedSave {
  /** Those that changed the process. */
  readonly steps: readonly JournalEntry[];
  /** What time brought about and failed before the first of them. */
  readonly failedBefore: readonly JournalEntry[];
  /** The same after it. */
  readonly failedAfter: readonly JournalEntry[];
}

const BY_TIME: ReadonlySet<string> = new Set(['timer', 'timeout', 'retry', 'deadline']);

/** One process's steps, save by save. An event that failed changed nothing, so it is left out. */
export function* savesOf(entries: readonly JournalEntry[]): Generator<RecordedSave> {
  for (let from = 0; from < entries.length; ) {
    const revision = entries[from]?.revision;
    let to = from;
    while (entries[to]?.revision === revision) to++;
    const save = entries.slice(from, to);
    const steps = save.filter(({ error }) => !error);
    const first = save.findIndex(({ error }) => !error);
    const failed = (entry: JournalEntry) => entry.error !== undefined && BY_TIME.has(entry.input.kind);
    const failedBefore = (first === -1 ? save : save.slice(0, first)).filter(failed);
    yield { steps, failedBefore, failedAfter: first === -1 ? [] : save.slice(first).filter(failed) };
    from = to;
  }
}

/** The lives of a process that was begun anew, after its deletion or by a later attempt of the command that started it. */
export function livesOf(entries: readonly JournalEntry[]): readonly (readonly JournalEntry[])[] {
  const lives: JournalEntry[][] = [];
  for (const entry of entries) {
    const life = lives.at(-1);
    if (!life || (!entry.error && (entry.input.kind === 'start' || isUnborn(entry)))) lives.push([entry]);
    else life.push(entry);
  }
  return lives;
}

/** Whether the process was called off before its start came: then no machine was ever asked. */
export function isUnborn({ input, before }: JournalEntry): boolean {
  return input.kind === 'cancel' && input.event !== undefined && before?.value === undefined;
}

/** The type of the event that started the process and was given to it, too; undefined when it was only started. */
export function signalOf([start, next]: readonly JournalEntry[]): string | undefined {
  const event = start?.input.event;
  const taken = start?.revision === next?.revision && isSame(event, next?.input.event);
  return taken ? event?.type : undefined;
}

/** Whether both are the same event. */
export function isSame(a: CloudEvent | undefined, b: CloudEvent | undefined): boolean {
  return a !== undefined && b !== undefined && eventKey(a) === eventKey(b);
}

/** Whether an event answers the command that this entry began with, by whichever of its attempts: only answers name the source. */
export function answersStarter({ input }: JournalEntry, event: CloudEvent): boolean {
  return (
    typeof event['causationid'] === 'string' &&
    event['causationsource'] !== undefined &&
    event['causationsource'] === input.event?.source
  );
}
