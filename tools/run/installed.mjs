import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, os?: string[], cpu?: string[], [field: string]: unknown }} Entry
 * @typedef {{ packages: Record<string, Entry> }} Lock
 * @typedef {{ platform: string, arch: string }} Machine
 */

const DEPENDENCY_FIELDS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

/**
 * Why `npm ci` is needed, in words, or undefined when node_modules is what package-lock.json asks for.
 * npm leaves its own record of what it installed (node_modules/.package-lock.json) as its last act, so an install
 * that was broken off has none, and one made by hand counts as well as ours.
 * @param {string} root
 * @param {Machine} machine
 */
export function whyInstall(root, machine) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return 'nothing is installed yet';
  const lock = /** @type {Lock} */ (readJson(join(root, 'package-lock.json')));
  return (
    whyManifestsDiffer(root, lock) ?? whyRecordDiffers(lock, /** @type {Lock} */ (readJson(record)), machine)
  );
}

/**
 * What npm's record of the install lacks against the lock file.
 * @param {Lock} lock
 * @param {Lock} record
 * @param {Machine} machine
 */
function whyRecordDiffers(lock, record, machine) {
  for (const [path, wanted] of Object.entries(lock.packages)) {
    const found = record.packages[path];
    if (path === '' || (found === undefined && wanted.optional)) continue;
    // Version and hash say all; other fields (where it came from, say) differ by npm's version and settings.
    if (found?.version !== wanted.version || found?.integrity !== wanted.integrity) {
      return `${shortName(path)} is not as in package-lock.json`;
    }
  }
  for (const [path, found] of Object.entries(record.packages)) {
    if (lock.packages[path] === undefined) return `${shortName(path)} is not in package-lock.json`;
    if (!suits(found, machine)) return `${shortName(path)} was installed for another kind of machine`;
  }
  return undefined;
}

/**
 * The first package.json whose dependencies the lock file does not know. `npm ci` then fails and says which.
 * @param {string} root
 * @param {Lock} lock
 */
function whyManifestsDiffer(root, lock) {
  for (const folder of ['', ...workspaceFolders(root)]) {
    const manifest = /** @type {Entry} */ (readJson(join(root, folder, 'package.json')));
    const known = lock.packages[folder] ?? {};
    for (const field of DEPENDENCY_FIELDS) {
      if (sorted(manifest[field]) !== sorted(known[field])) {
        return `${field} of ${folder === '' ? 'the root package.json' : folder} changed`;
      }
    }
  }
  return undefined;
}

/**
 * Folders of the workspaces, with `/` on every platform, as the lock file names them.
 * @param {string} root
 */
function workspaceFolders(root) {
  const { workspaces } = /** @type {{ workspaces: string[] }} */ (readJson(join(root, 'package.json')));
  return workspaces.flatMap((pattern) => {
    const parent = pattern.replace(/\/\*$/, '');
    if (!existsSync(join(root, parent))) return [];
    return readdirSync(join(root, parent))
      .map((name) => `${parent}/${name}`)
      .filter((folder) => existsSync(join(root, folder, 'package.json')));
  });
}

/**
 * @param {Entry} entry
 * @param {Machine} machine
 */
function suits(entry, machine) {
  const allows = (/** @type {string[] | undefined} */ list, /** @type {string} */ value) =>
    list === undefined ||
    list.includes(value) ||
    list.some((item) => item.startsWith('!') && item !== `!${value}`);
  return allows(entry.os, machine.platform) && allows(entry.cpu, machine.arch);
}

/** @param {unknown} dependencies */
function sorted(dependencies) {
  return JSON.stringify(Object.entries(dependencies ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** @param {string} path */
function shortName(path) {
  return path.replace(/^.*node_modules\//, '');
}

/**
 * @param {string} file
 * @returns {unknown}
 */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
