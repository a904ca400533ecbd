import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TEMPLATES = join(dirname(fileURLToPath(import.meta.url)), 'templates');
// The formatter's, in biome.json.
const LINE_WIDTH = 110;

/**
 * Writes a backend's files. A template's path and text hold `NAME`, `CAMEL`, `PASCAL` and `CORE_VERSION` between double underscores.
 * @param {string} name a checked one
 * @param {string} root the repository
 * @returns {string[]} what was written, relative to it
 */
export function writeBackend(name, root) {
  const words = wordsFor(name, root);
  const written = templates().map((template) => {
    const [area = '', ...rest] = template.replace(/\.template$/, '').split('/');
    const folder = area === 'docs' ? 'docs/backends' : `packages/${name}`;
    const file = `${folder}/${filled(rest.join('/'), words)}`;
    mkdirSync(dirname(join(root, file)), { recursive: true });
    // 'wx': whatever came there since the name was checked is not overwritten.
    const text = readFileSync(join(TEMPLATES, template), 'utf8');
    writeFileSync(join(root, file), joined(filled(text, words)), { flag: 'wx' });
    return file;
  });
  copyFileSync(join(root, 'LICENSE'), join(root, `packages/${name}/LICENSE`));
  return [`packages/${name}/LICENSE`, ...written].sort();
}

/** Paths of all templates, with `/` on every platform. */
function templates() {
  return readdirSync(TEMPLATES, { recursive: true })
    .map((path) => String(path).replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.template'))
    .sort();
}

/**
 * @param {string} name
 * @param {string} root
 * @returns {Record<string, string>}
 */
function wordsFor(name, root) {
  const pascal = name.replace(/(^|-)([a-z0-9])/g, (_, _dash, letter) => letter.toUpperCase());
  const core = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8'));
  return {
    NAME: name,
    PASCAL: pascal,
    CAMEL: `${pascal.charAt(0).toLowerCase()}${pascal.slice(1)}`,
    CORE_VERSION: core.version,
  };
}

/**
 * @param {string} text
 * @param {Record<string, string>} words
 */
function filled(text, words) {
  return text.replace(/__([A-Z]+(?:_[A-Z]+)*)__/g, (whole, word) => {
    const value = words[word];
    if (value === undefined) throw new Error(`A template names ${whole}, which is no word of a backend.`);
    return value;
  });
}

/**
 * Names that fit into one line stand in one, as the formatter wants it; whether they fit depends on the backend's name.
 * @param {string} text
 */
function joined(text) {
  return text.replace(/^export \{\n[^}]*\n\} from '[^']*';$/gm, (lines) => {
    const line = lines.replace(/\n +/g, ' ').replace(/,\n\}/, ' }');
    return line.length <= LINE_WIDTH ? line : lines;
  });
}
