import { describe, expect, it } from 'vitest';
import { summarise } from '../src/fleet/summariser.ts';

const BODY = 'The old lighthouse keeper watched the northern sea through his brass telescope every night.';

describe('summariser', () => {
  const summaryOf = (page: string, sentences = 3) =>
    summarise([page], { sentences, title: 'The Lighthouse' });

  it.each([
    ['a heading', 'THE OLD LIGHTHOUSE KEEPER WATCHED THE NORTHERN SEA THROUGH HIS TELESCOPE.'],
    [
      'a caption',
      '[Illustration: The old lighthouse keeper watched the northern sea through his telescope.]',
    ],
    ['a footnote', '[A] The old lighthouse keeper watched the northern sea through his brass telescope.'],
    [
      "a transcriber's note",
      "Transcriber's Note: The lighthouse keeper watches the sea through telescopes here.",
    ],
    ['a table', 'Lighthouse | Keeper | Sea\n-----------+--------+----\n     12    |   3    | 4.'],
    [
      'an indented verse',
      '     The lighthouse keeper watched the sea,\n     And the sea looked back at him and me.',
    ],
    [
      'dialogue',
      '"I have watched the northern sea through my telescope. The lighthouse is old and the sea is wide."',
    ],
    ['what is too short', 'He watched the sea.'],
    ['what is too long', `The keeper watched ${'the northern sea and '.repeat(20)}the lighthouse.`],
    [
      'what speaks of a figure',
      'The old lighthouse keeper in Fig. 3 watches the sea through the brass telescope AB.',
    ],
    ['a question', 'Did the old lighthouse keeper watch the northern sea through his brass telescope?'],
  ])('takes no sentence of %s', async (_, page) => {
    expect(await summaryOf(page)).toEqual([]);
    expect(await summaryOf(`${page}\n\n${BODY}`)).toEqual([BODY]);
  });

  it('drops line breaks, emphasis marks and footnote marks', async () => {
    const page = BODY.replace('northern sea', '_northern\n  sea_[B]').replace('brass ', 'brass\n');
    expect(await summaryOf(page)).toEqual([BODY]);
  });

  it('does not say the same twice', async () => {
    expect(await summaryOf(`${BODY}\n\n${BODY.replace('every', 'each')}`)).toHaveLength(1);
  });

  it('gives nothing for nothing', async () => {
    expect(await summaryOf('')).toEqual([]);
    expect(await summarise([], { sentences: 3, title: '' })).toEqual([]);
  });
});
