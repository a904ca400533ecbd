/**
 * What CI checks after the install, in order. Each is a script of the root package.json, so that a failing one can be
 * run alone. The build comes first: the lint rules about promises see the types of other packages only in dist.
 */
export const STEPS = /** @type {const} */ ([
  { name: 'build', script: 'build' },
  { name: 'lint', script: 'lint' },
  { name: 'types', script: 'typecheck' },
  { name: 'snippets', script: 'check:snippets' },
  { name: 'tests', script: 'test:unit' },
  { name: 'packages', script: 'check:packages' },
  { name: 'unused', script: 'check:unused' },
]);
