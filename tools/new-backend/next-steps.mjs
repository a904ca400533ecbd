/**
 * What to print when a backend was made.
 * @param {string} name
 * @param {readonly string[]} files
 */
export function nextSteps(name, files) {
  const store = `packages/${name}/src/${name}-store.ts`;
  return `
Made @xorca/${name}: a store that works already, over a map in memory.
${files.map((file) => `  ${file}`).join('\n')}

Next:
  1. npm install                                            enters it into package-lock.json
  2. npm run test:unit -- --project @xorca/${name}${' '.repeat(Math.max(1, 16 - name.length))}passes: the contract every store must meet
  3. Replace the map by your storage, one place marked REPLACE after the other, in
     ${store}
     and run 2 after each. Test against a real server or an emulator that refuses stale writes.
  4. Add the client to package.json (npm install --workspace @xorca/${name} …) as a peer dependency, and for the tests as a
     development dependency with its exact version.
  5. Finish docs/backends/${name}.md, and give it a line in docs/README.md.
  6. npm test                                               says what is missing

docs/write-a-backend.md walks through all of it.`;
}
