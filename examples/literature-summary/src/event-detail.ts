/**
 * What an event of this example carries, in a few words for people: `171 pages, 562,826 characters`. Empty when its data
 * has nothing known. Goes by the data's fields, so events and problems of any type may be given.
 */
export function eventDetail(data: unknown): string {
  if (typeof data !== 'object' || data === null) return '';
  const fields = data as Record<string, unknown>;
  const { message, bookId, characters, words, checked, rules, pages, sentences, missing, violations } =
    fields;
  if (typeof message === 'string') return message;
  if (typeof checked === 'number') {
    const lost = lengthOf(missing) ?? 0;
    return lost === 0
      ? `${count(checked, 'sentence')} found`
      : `${lost} of ${count(checked, 'sentence')} missing`;
  }
  if (typeof rules === 'number') {
    const broken = new Set(Array.isArray(violations) ? violations.map(({ rule }) => String(rule)) : []);
    return broken.size === 0 ? `${count(rules, 'rule')} kept` : `broken: ${[...broken].join(', ')}`;
  }
  const amounts = [
    // Asked to check sentences against pages, the sentences are what there is to tell.
    lengthOf(sentences) === undefined
      ? amount(lengthOf(pages), 'page')
      : amount(lengthOf(sentences), 'sentence'),
    amount(characters, 'character'),
    amount(words, 'word'),
  ].filter((text) => text !== '');
  return amounts.length > 0 ? amounts.join(', ') : typeof bookId === 'string' ? bookId : '';
}

/** A number with its noun: `1 page`, `1,234 pages`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

function amount(number: unknown, noun: string): string {
  return typeof number === 'number' ? count(number, noun) : '';
}

function lengthOf(list: unknown): number | undefined {
  return Array.isArray(list) ? list.length : undefined;
}
