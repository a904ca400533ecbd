import type { CloudEvent, CommandInput, Outcome, ProcessDetails } from '@xorca/core';
import { columns, wrap } from '../../shared/text-columns.ts';
import { type ChapterResult, summariseChapter } from './contracts.ts';
import type { BookContext } from './machine.ts';

/** A sentence is hard to read in longer lines. */
const WIDTH = 100;

/** Shows each answer as it comes, the chapters that are asked for because of it, and how many answers are open then. */
export function progress(print: (line: string) => void, found: ProcessDetails | undefined) {
  const chapterOf = askedBefore(found);
  let open = chapterOf.size;

  function answer({ type, data, causationid }: CloudEvent): string {
    if (!type.startsWith('evt.chapters.summarise.')) return '';
    const { words, reason } = data as { readonly words: number; readonly reason?: string };
    open--;
    const what = reason === undefined ? `${words} words` : `${words} words, ${reason}`;
    return `← ${String(chapterOf.get(String(causationid))).padEnd(6)} ${what}`;
  }

  function question({ id, type, data }: CloudEvent): string {
    if (type !== summariseChapter.type) return '';
    const { chapterId } = data as CommandInput<typeof summariseChapter>;
    chapterOf.set(id, chapterId);
    open++;
    return `→ ${chapterId}`;
  }

  return function onOutcome({ status, event, effects, error }: Outcome): void {
    if (status === 'failed' || status === 'rejected') print(`  ! ${error?.message}`);
    if (status !== 'applied' || !event) return;
    const answered = answer(event);
    const asked = effects.map(question).join(' ').trim();
    if (answered || asked) print(`  ${answered.padEnd(38)}  ${asked.padEnd(24)}  ${open} open`);
  };
}

/** The chapters by the commands that an earlier start of the program left open. */
function askedBefore(found: ProcessDetails | undefined): Map<string, string> {
  const { chapters = [] } = (found?.context ?? {}) as Partial<BookContext>;
  const commands = found?.commands.filter(({ type }) => type === summariseChapter.type) ?? [];
  // The last part of the actor's name is the chapter's place in the list.
  return new Map(commands.map(({ id, actor }) => [id, chapters[Number(actor.split('/').at(-1))]?.id ?? '']));
}

/** A chapter and what came of it: its title, then its sentence or why there is none. */
export function resultLines(result: ChapterResult): string[] {
  const head = `${result.id.padEnd(6)}`;
  const indent = ' '.repeat(columns(head));
  const title = wrap(result.title, WIDTH - indent.length);
  const text = 'summary' in result ? `“${result.summary.sentence}”` : `No summary: ${result.problem}.`;
  const lines = [...title, ...wrap(text, WIDTH - indent.length - 2).map((each) => `  ${each}`)];
  return lines.map((each, at) => `  ${at === 0 ? head : indent}${each}`);
}
