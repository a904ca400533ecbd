// `npm run check:snippets`: type-checks every TypeScript block of the documentation, in one run of the compiler.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { ROOT, toolEnvironment } from '../run/environment.mjs';
import { extractSnippets, withPageLines } from './extract.mjs';

/** Inside the repository, so that imports find its node_modules; git does not see it. */
const FOLDER = '.snippets';

const pages = findPages();
const found = pages.map((page) => extractSnippets(page, readFileSync(join(ROOT, page), 'utf8')));
const snippets = found.flatMap((page) => page.snippets);
const skipped = found.reduce((sum, page) => sum + page.skipped, 0);

/** @type {Map<string, string>} written file to its page */
const pageOf = new Map();
rmSync(join(ROOT, FOLDER), { recursive: true, force: true });
for (const snippet of snippets) {
  const file = `${FOLDER}/${snippet.page.replace(/\.md$/, '')}/${snippet.file}`;
  mkdirSync(dirname(join(ROOT, file)), { recursive: true });
  writeFileSync(join(ROOT, file), withPageLines(snippet));
  pageOf.set(file, snippet.page);
}

const ok = snippets.length === 0 || compile();
// What failed stays, to look at.
if (ok) rmSync(join(ROOT, FOLDER), { recursive: true, force: true });
console.log(
  `${snippets.length} TypeScript blocks in ${pages.length} pages ${ok ? 'compile' : 'were compiled, see above'}; ${skipped} marked nocheck.`,
);
process.exitCode = ok ? 0 : 1;

function compile() {
  const config = { extends: '../tsconfig.base.json', include: ['**/*.ts'] };
  writeFileSync(join(ROOT, FOLDER, 'tsconfig.json'), JSON.stringify(config));
  const { status, stdout, stderr } = spawnSync('tsc', ['-p', FOLDER, '--pretty', 'false'], {
    cwd: ROOT,
    env: toolEnvironment(ROOT),
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  process.stdout.write(
    `${stdout}${stderr}`.replace(
      /^[^\s(]+(?=\()/gm,
      (file) => pageOf.get(file.replaceAll('\\', '/')) ?? file,
    ),
  );
  return status === 0;
}

/** README.md and ARCHITECTURE.md, docs, and the page each package shows on the registry; with `/` on every platform. */
function findPages() {
  const docs = existsSync(join(ROOT, 'docs'))
    ? readdirSync(join(ROOT, 'docs'), { recursive: true }).map(
        (name) => `docs/${String(name).replaceAll(sep, '/')}`,
      )
    : [];
  const packages = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/README.md`);
  const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...docs, ...packages];
  return pages.filter((page) => page.endsWith('.md') && existsSync(join(ROOT, page))).sort();
}
