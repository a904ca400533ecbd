import { plainText } from '../../../shared/library/plain-text.ts';

/** A chapter with its text. */
export interface WholeChapter {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** The propositions of the first book of Newton's Opticks, `I.1` to `II.11`; what each asserts in italics is its title. */
export function chaptersOf(text: string): readonly WholeChapter[] {
  return firstBook(text)
    .split(/^_PART I+\._$/m)
    .slice(1)
    .flatMap((part, partAt) =>
      part
        .split(/^_PROP\._ [IVX]+\. .*$/m)
        .slice(1)
        .map((proposition, at) => {
          const [title = '', ...rest] = proposition.trim().split(/\n\s*\n/);
          return {
            id: `${'I'.repeat(partAt + 1)}.${at + 1}`,
            title: plainText(title),
            text: rest.join('\n\n'),
          };
        }),
    );
}

function firstBook(text: string): string {
  return text.slice(0, text.search(/^SECOND BOOK$/m));
}
