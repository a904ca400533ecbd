import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../run/problem.mjs';

export const USAGE = 'Usage: npm run new:backend -- <name>, for example: npm run new:backend -- redis';

// So long that the generated lines still fit into the 110 columns of the formatter.
const LONGEST = 24;
const FORM = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * The name, if a package, a folder, a file, a function and a type can be called by it and nothing is yet. Throws a `Problem`
 * with the nearest name that would do.
 * @param {string | undefined} given
 * @param {string} root
 * @returns {string}
 */
export function checkedName(given, root) {
  if (given === undefined || given === '') throw new Problem(`A backend needs a name. ${USAGE}`);
  if (!FORM.test(given) || given.length > LONGEST) {
    const near = nearest(given);
    throw new Problem(
      `"${given}" cannot be the name of a backend: it must be small letters and digits, words joined by "-", a letter first, at most ${LONGEST} characters.${near === undefined ? '' : ` Did you mean "${near}"?`}`,
    );
  }
  for (const place of [`packages/${given}`, `docs/backends/${given}.md`]) {
    if (existsSync(join(root, place))) {
      throw new Problem(
        `${place} exists already, and nothing was written. Choose another name, or remove it. Taken: ${taken(root)}.`,
      );
    }
  }
  return given;
}

/**
 * What was typed, as a name: `@xorca/Redis Cluster` gives `redis-cluster`.
 * @param {string} given
 */
function nearest(given) {
  const words = given
    .replace(/^@[^/]*\//, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  while (words.join('-').length > LONGEST) words.pop();
  const name = words.join('-').replace(/^[0-9-]+/, '');
  return FORM.test(name) ? name : undefined;
}

/** @param {string} root */
function taken(root) {
  return readdirSync(join(root, 'packages')).join(', ');
}
