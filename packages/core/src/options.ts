import { closest, distance } from 'fastest-levenshtein';
import { XorcaError } from './errors.ts';

/** Throws `XORCA_CONFIG` for a name that is not among the known ones, with the nearest of them. */
export function assertKnown(name: string, known: readonly string[], what: string, where: string): void {
  if (known.includes(name)) return;
  throw new XorcaError(
    'XORCA_CONFIG',
    `${where} has no ${what} ${JSON.stringify(name)}.${hint(name, known)}`,
  );
}

/** Throws `XORCA_CONFIG` for the first option that `where` does not know: a typing error must not pass as a default. */
export function assertOptions(options: object, known: readonly string[], where: string): void {
  for (const name of Object.keys(options)) assertKnown(name, known, 'option', where);
}

/** Which known name was perhaps meant, as a sentence that begins with a space. */
export function hint(name: string, known: readonly string[]): string {
  if (known.length === 0) return ' It knows none.';
  const near = closest(name, [...known]);
  // Half the letters wrong is no typing error any more: then the whole list helps more.
  if (distance(name, near) <= Math.max(2, name.length / 2)) return ` Did you mean ${JSON.stringify(near)}?`;
  const shown = known.slice(0, 20).map((item) => JSON.stringify(item));
  return ` It knows ${shown.join(', ')}${known.length > 20 ? ', …' : ''}.`;
}
