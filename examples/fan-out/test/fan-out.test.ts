import { expect, test } from 'vitest';
import { chance, seed } from '../../shared/test/chance.ts';
import type { ChapterResult } from '../src/contracts.ts';
import { LIMIT } from '../src/machine.ts';
import { bookOf } from './world.ts';

const HOUR = 3_600_000;
const summary = (id: unknown) => ({ words: 1, sentence: `of ${id}` });
const idOf = (command: { data?: unknown }) => (command.data as { chapterId: string }).chapterId;

test.each([0, 1, LIMIT, LIMIT + 1, 60])(
  `of %i chapters never more than ${LIMIT} are unanswered, and never fewer while some are left, in whatever order they are answered`,
  async (count) => {
    const random = chance(seed + count);
    const { list, open, answer, state } = await bookOf(count);
    await list();
    for (let left = count; left > 0; left--) {
      expect(open()).toHaveLength(Math.min(LIMIT, left));
      const command = open()[Math.floor(random() * open().length)];
      if (command) await answer(command, 'success', summary(idOf(command)));
    }
    const { status, output } = await state();
    expect(status).toBe('done');
    const { chapters } = output as { chapters: readonly ChapterResult[] };
    expect(chapters.map((chapter) => 'summary' in chapter && chapter.summary.sentence)).toEqual(
      Array.from({ length: count }, (_, n) => `of ${n}`),
    );
  },
);

test('a chapter that fails for good is a result that says why, and the rest is there', async () => {
  const { list, open, answer, pass, state, sent } = await bookOf(3);
  await list();
  const [first, second] = open();
  if (first) await answer(first, 'error', { reason: 'too-short', words: 9 });
  if (second) await answer(second, 'success', summary('the second'));
  // Nobody answers the third: three times ten minutes and the pauses between.
  for (let times = 0; times < 6; times++) await pass(HOUR);
  expect(await state()).toMatchObject({
    status: 'done',
    output: {
      chapters: [
        { id: '0', problem: 'too-short, 9 words' },
        { id: '1', summary: { sentence: 'of the second' } },
        { id: '2', problem: 'nobody answered, asked 3 times' },
      ],
    },
  });
  expect(sent.at(-1)).toMatchObject({ type: 'evt.book.summarise.success', subject: 'book' });
});

test('whoever asks for a book that there is not gets the reason', async () => {
  const { refuse, state, sent } = await bookOf(0);
  await refuse('there is none');
  expect(await state()).toMatchObject({ status: 'error', value: 'Listing' });
  expect(sent.at(-1)).toMatchObject({ type: 'evt.book.summarise.error', data: { reason: 'there is none' } });
});
