import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';
import { createCheckCompliant } from '../src/fleet/check-compliant.ts';
import { createCheckGrounded } from '../src/fleet/check-grounded.ts';
import { checkRules, type Rules, readRules } from '../src/fleet/rules.ts';
import { openLibrary } from './library.ts';

describe('check grounded', async () => {
  const { pages, fetch } = await openLibrary();
  const checkGrounded = createCheckGrounded({ pages });
  const book = await fetch('tom-sawyer');
  const check = (...sentences: string[]) => checkGrounded({ pages: book.pages, sentences });

  it('finds sentences over line breaks, with other quotation marks and dashes', async () => {
    const sentences = [
      'Tom chased the traitor home, and thus found out where he lived.',
      'they were her state pair, the pride of her heart, and were built for “style,” not service—she could',
    ];
    expect(await check(...sentences)).toEqual({ grounded: true, checked: 2, missing: [] });
  });

  it('names a sentence that was made up, or changed by one word', async () => {
    const invented = 'Tom Sawyer sailed to Spain and became an admiral.';
    const changed = 'Tom chased the traitor home, and thus found out where she lived.';
    expect(await check('Tom chased the traitor home', invented, changed)).toEqual({
      grounded: false,
      checked: 3,
      missing: [invented, changed],
    });
  });

  it('takes no part of a word, no empty sentence and no empty summary for grounded', async () => {
    expect(await check('he old lady pulled')).toMatchObject({ grounded: false });
    expect(await check('  ')).toMatchObject({ grounded: false, missing: ['  '] });
    expect(await check()).toEqual({ grounded: false, checked: 0, missing: [] });
  });

  it('finds a sentence that runs over the end of a page', async () => {
    const refs = [await pages.put('It began on one page '), await pages.put('and ended on the next.\n')];
    const sentences = ['It began on one page and ended on the next.'];
    expect(await checkGrounded({ pages: refs, sentences })).toMatchObject({ grounded: true });
  });
});

describe('check compliant', () => {
  const check = (rules: Rules, ...sentences: string[]) => createCheckCompliant({ rules })({ sentences });

  it.each<[Rules, string]>([
    [{ maxWordsPerSentence: 3 }, 'One two three four.'],
    [{ forbiddenTerms: ['buy now'] }, 'You should BUY\n now.'],
    [{ forbiddenTerms: ['c++'] }, 'It is written in C++.'],
    [{ endWithFullStop: true }, 'Is that so?'],
    [{ forbidAddresses: true }, 'Read on at https://example.org/more.'],
    [{ forbidAddresses: true }, 'Read on at www.example.'],
    [{ forbidAddresses: true }, 'Write to tom@example.org.'],
  ])('%j is broken by %j', async (rules, sentence) => {
    const rule = Object.keys(rules)[0];
    expect(await check(rules, 'So be it.', sentence)).toEqual({
      compliant: false,
      rules: 1,
      violations: [{ rule, sentence }],
    });
  });

  it('counts sentences for the summary as a whole', async () => {
    const rules = { minSentences: 2, maxSentences: 2 };
    expect(await check(rules, 'One.')).toMatchObject({
      violations: [{ rule: 'minSentences', sentence: '' }],
    });
    expect(await check(rules, 'One.', 'Two.')).toEqual({ compliant: true, rules: 2, violations: [] });
    expect(await check(rules, 'One.', 'Two.', 'Three.')).toMatchObject({
      violations: [{ rule: 'maxSentences' }],
    });
  });

  it('takes a term for broken only as whole words', async () => {
    expect(await check({ forbiddenTerms: ['art', 'ære'] }, 'The artist liked Cæræres.')).toMatchObject({
      compliant: true,
    });
  });

  it('applies only the rules there are', async () => {
    const rules = { endWithFullStop: false, forbidAddresses: false, forbiddenTerms: [] };
    expect(await check(rules, 'http://x')).toEqual({ compliant: true, rules: 0, violations: [] });
  });
});

describe('rules', () => {
  it.each([
    [[], 'rules.json must be an object of rules.'],
    [{ maxWords: 3 }, 'rules.json has an unknown rule "maxWords". The rules are minSentences,'],
    [{ maxSentences: 'ten' }, 'maxSentences must be a whole number of at least 1, not "ten".'],
    [{ maxSentences: 0 }, 'maxSentences must be a whole number of at least 1, not 0.'],
    [{ forbiddenTerms: ['a', ''] }, 'forbiddenTerms must be a list of words or phrases'],
    [{ endWithFullStop: 'yes' }, 'endWithFullStop must be true or false'],
    [JSON.parse('{ "__proto__": 1 }'), 'unknown rule "__proto__"'],
  ])('says what is wrong with %j', (value, message) => {
    expect(() => checkRules(value, 'rules.json')).toThrow(message);
  });

  it('says when the file is missing or no JSON', async () => {
    const folder = await temporaryFolder();
    await expect(readRules(join(folder, 'rules.json'))).rejects.toThrow('rules.json cannot be read');
    await writeFile(join(folder, 'rules.json'), '{ rules }');
    await expect(readRules(join(folder, 'rules.json'))).rejects.toThrow('rules.json is no JSON');
  });
});
