import { columns, fit, oneLine, wrap } from '../../shared/text-columns.ts';
import type { Progress } from './fleet/service.ts';
import { formatState, type StateValue } from './state-value.ts';

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

// Columns of: seconds with milliseconds, process, progress bar, event type (evt.regulations.compliant.success has 33).
const ROOMY = { elapsed: 8, id: 12, bar: 5, what: 33 };
// In 80 columns, with a bar and types filled up with blanks, most lines would not fit.
const NARROW = { elapsed: 7, id: 10, bar: 0, what: 0 };
/** Fewest columns in which the longest usual line fits roomily. */
const ROOMY_WIDTH = 101;
/** A result is prose, which is hard to read in longer lines. */
const PROSE_WIDTH = 110;
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
  const look = width < ROOMY_WIDTH ? NARROW : ROOMY;
  const margin = look.elapsed + 2 + look.id + 2 + bar({ step: 0, steps: 0 }, look.bar).length + 2 + 2;
  const room = Math.max(20, width - margin);
  const seen = new Map<string, { readonly code: number; step: number; steps: number }>();

  const paint = (code: number, text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);

  function processOf(id: string) {
    const known = seen.get(id);
    if (known) return known;
    const fresh = { code: PALETTE[seen.size % PALETTE.length] ?? 36, step: 0, steps: 0 };
    seen.set(id, fresh);
    return fresh;
  }

  function line(id: string, arrow: string, what: string, detail = '', prose: readonly string[] = []): void {
    const process = processOf(id);
    const elapsed = `${((now() - startedAt) / 1000).toFixed(3)}s`.padStart(look.elapsed);
    const name = paint(process.code, fit(oneLine(id), look.id));
    const head = oneLine(what);
    const tail = oneLine(detail);
    const padded = tail === '' ? head : `${fit(head, Math.max(look.what, columns(head)))}  ${tail}`;
    // What does not fit beside the type goes under it: no detail is lost, and no line breaks where the terminal likes.
    const fits = columns(padded) <= room;
    const [first = '', ...under] = fits ? [padded] : [...wrap(head, room), ...wrap(tail, room)];
    const painted = /\.error$/.test(head) ? paint(31, first) : first;
    const indent = look.elapsed + 2;
    const lines = [
      `${paint(2, elapsed)}  ${name}  ${bar(process, look.bar)}  ${arrow} ${painted}`,
      ...under.map((text) => ' '.repeat(margin) + text),
      ...prose
        .flatMap((text) => hanging(oneLine(text), Math.min(width, PROSE_WIDTH) - indent))
        .map((text) => ' '.repeat(indent) + text),
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

/** `███░░ 3/5`, or `3/5` for a bar of no columns; blanks before the number of steps is known. */
function bar(
  { step, steps }: { readonly step: number; readonly steps: number },
  columnsOfBar: number,
): string {
  const done = steps > 0 ? Math.min(Math.max(step, 0), steps) / steps : 0;
  const full = Math.round(done * columnsOfBar);
  const blocks = steps > 0 ? '█'.repeat(full) + '░'.repeat(columnsOfBar - full) : ' '.repeat(columnsOfBar);
  const count = (steps > 0 ? `${step}/${steps}` : '').padEnd(3);
  return columnsOfBar > 0 ? `${blocks} ${count}` : count;
}

/** A line of a result; what does not fit is indented under it, as far as the text after its number. */
function hanging(text: string, room: number): string[] {
  return wrap(text, Math.max(20, room - 3)).map((part, index) => (index === 0 ? part : `   ${part}`));
}
