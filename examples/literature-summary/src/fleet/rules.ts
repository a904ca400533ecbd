import { readFile } from 'node:fs/promises';

/** The rules a summary must keep. Those left out are not applied. */
export interface Rules {
  readonly minSentences?: number;
  readonly maxSentences?: number;
  readonly maxWordsPerSentence?: number;
  /** Words or phrases that no sentence may have, as whole words, capitals or not. */
  readonly forbiddenTerms?: readonly string[];
  readonly endWithFullStop?: boolean;
  /** No web and no e-mail addresses. */
  readonly forbidAddresses?: boolean;
}

/** Reads a file of rules. Throws an error that names the file, the rule and what is wrong with it. */
export async function readRules(path: string): Promise<Rules> {
  const name = path.split(/[\\/]/).at(-1) ?? path;
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'is no JSON' : 'cannot be read';
    throw new Error(`${name} ${why}. It must be an object of rules.`, { cause });
  }
  return checkRules(value, name);
}

/** The value as rules; an error that says which rule is wrong otherwise. `name` is what the message calls their origin. */
export function checkRules(value: unknown, name = 'rules'): Rules {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${name} must be an object of rules.`);
  }
  for (const [rule, setting] of Object.entries(value)) {
    if (!Object.hasOwn(SHAPES, rule)) {
      throw new Error(
        `${name} has an unknown rule "${rule}". The rules are ${Object.keys(SHAPES).join(', ')}.`,
      );
    }
    const { is, says } = SHAPES[rule as keyof Rules];
    if (!is(setting)) throw new Error(`${name}: ${rule} must be ${says}, not ${JSON.stringify(setting)}.`);
  }
  return value;
}

const count = {
  is: (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1,
  says: 'a whole number of at least 1',
};
const flag = { is: (value: unknown) => typeof value === 'boolean', says: 'true or false' };
const terms = {
  is: (value: unknown) =>
    Array.isArray(value) && value.every((term) => typeof term === 'string' && term.trim() !== ''),
  says: 'a list of words or phrases',
};

const SHAPES: Record<keyof Rules, { is: (value: unknown) => boolean; says: string }> = {
  minSentences: count,
  maxSentences: count,
  maxWordsPerSentence: count,
  forbiddenTerms: terms,
  endWithFullStop: flag,
  forbidAddresses: flag,
};
