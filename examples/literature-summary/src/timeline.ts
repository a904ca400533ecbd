import type { Progress } from './fleet/contracts.ts';
import { formatState, type StateValue } from './state-value.ts';
import { columns, fit, oneLine, wrap } from './text-columns.ts';

/** Where a timeline goes and how it looks. */
export interface TimelineOptions {
  /** Takes whole lines, each with its line break; the lines of one happening in one call. */
  readonly write: (text: string) => void;
  /** Epoch ms. The timeline counts from its first call. Default: the system's clock. */
  readonly now?: () => number;
  /** Default false. */
  readonly color?: boolean;
  /** Columns after which details go on in the next line. Default 110. */
  readonly width?: number;
}

/** Tells what happens to each process, a line for each happening. Nothing is ever overwritten, so a log file reads the same. */
export interface Timeline {
  /** An event reached the process. */
  eventIn(processId: string, type: string, detail?: string): void;
  /** The process is in this state, `step` of `steps` on its way; both stay as they were when left out. */
  state(processId: string, value: StateValue, step?: number, steps?: number): void;
  /** The process sent an event. */
  eventOut(processId: string, type: string, detail?: string): void;
  /** How far a long work is: a line whenever another quarter is done, so that a book of 1,000 pages takes four. */
  progress(processId: string, what: string, progress: Progress): void;
  /** Anything else worth a line. */
  note(processId: string, text: string): void;
  /** The process came to its end; the lines are its result. */
  finished(processId: string, lines?: readonly string[]): void;
}

const ELAPSED = 8; // 9,999 seconds and milliseconds
const ID = 12;
const BAR = 5;
const WHAT = 33; // evt.regulations.compliant.success
const PALETTE = [36, 35, 33, 34, 32, 96, 95, 93]; // no red: that is for errors

/**
 * A timeline for a terminal or a log: elapsed time, process, progress, arrow (`→` event in, `•` state, `←` event out,
 * `·` note, `■` end), event type or state, detail.
 *
 * @example
 * const timeline = createTimeline({ write: (text) => process.stdout.write(text), ...terminalLook(process.stdout) })
 * timeline.eventIn('tom-1', 'evt.books.fetch.success', '4 pages, 13,885 characters')
 */
export function createTimeline({
  write,
  now = Date.now,
  color = false,
  width = 110,
}: TimelineOptions): Timeline {
  const startedAt = now();
  const seen = new Map<string, { readonly code: number; step: number; steps: number }>();

  const paint = (code: number, text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);

  function processOf(id: string) {
    const known = seen.get(id);
    if (known) return known;
    const fresh = { code: PALETTE[seen.size % PALETTE.length] ?? 36, step: 0, steps: 0 };
    seen.set(id, fresh);
    return fresh;
  }

  function line(id: string, arrow: string, what: string, detail = '', more: readonly string[] = []): void {
    const process = processOf(id);
    const elapsed = `${((now() - startedAt) / 1000).toFixed(3)}s`.padStart(ELAPSED);
    const name = paint(process.code, fit(oneLine(id), ID));
    const margin = ELAPSED + 2 + ID + 2 + BAR + 4 + 2 + 2;
    const room = Math.max(20, width - margin);
    const head = oneLine(what);
    const tail = oneLine(detail);
    const padded = tail === '' ? head : `${fit(head, Math.max(WHAT, columns(head)))}  ${tail}`;
    // What does not fit beside the type goes under it: no detail is lost, and no line breaks where the terminal likes.
    const fits = columns(padded) <= room;
    const [first = '', ...rest] = fits ? [padded] : [...wrap(head, room), ...wrap(tail, room)];
    const under = [...rest, ...more.flatMap((text) => hanging(oneLine(text), room))];
    const painted = /\.error$/.test(head) ? paint(31, first) : first;
    const lines = [
      `${paint(2, elapsed)}  ${name}  ${bar(process)}  ${arrow} ${painted}`,
      ...under.map((text) => ' '.repeat(margin) + text),
    ];
    write(`${lines.join('\n')}\n`);
  }

  return {
    eventIn: (id, type, detail) => line(id, '→', type, detail),
    eventOut: (id, type, detail) => line(id, '←', type, detail),
    note: (id, text) => line(id, '·', text),
    progress(id, what, { done, total }) {
      const quarters = (part: number) => Math.floor((4 * part) / total);
      if (quarters(done) > quarters(done - 1)) line(id, '·', what, `${done}/${total} pages`);
    },
    state(id, value, step, steps) {
      const process = processOf(id);
      process.step = step ?? process.step;
      process.steps = steps ?? process.steps;
      line(id, '•', formatState(value));
    },
    finished: (id, lines) => line(id, '■', 'finished', '', lines),
  };
}

/** `███░░ 3/5`, or blanks before the number of steps is known. */
function bar({ step, steps }: { readonly step: number; readonly steps: number }): string {
  if (steps <= 0) return ' '.repeat(BAR + 4);
  const full = Math.round((Math.min(Math.max(step, 0), steps) / steps) * BAR);
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${`${step}/${steps}`.padEnd(3)}`;
}

/** A line of a result; what does not fit is indented under it. */
function hanging(text: string, room: number): string[] {
  return wrap(text, room - 2).map((part, index) => (index === 0 ? part : `  ${part}`));
}
