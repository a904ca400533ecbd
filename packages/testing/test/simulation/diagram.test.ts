import { expect, test } from 'vitest';
import { type SimulationFailure, simulate } from '../../src/index.ts';
import { sequenceDiagram } from '../../src/simulation/diagram.ts';
import { ordered, packers, shop } from './shop.ts';

// What Mermaid's grammar of sequence diagrams takes, as far as it is used: a text ends at a line's end, and has no `;` but in entities.
const TEXT = '(?:[^#;\\n]|#\\d+;)+';
const LINES = [
  /^sequenceDiagram$/,
  new RegExp(`^ {2}participant p\\d+ as ${TEXT}$`),
  new RegExp(`^ {2}p\\d+(->>|-x)p\\d+: ${TEXT}$`),
  new RegExp(`^ {2}Note over p\\d+: ${TEXT}$`),
];

function expectMermaid(diagram: string): void {
  for (const line of diagram.split('\n')) {
    expect(
      LINES.some((pattern) => pattern.test(line)),
      line,
    ).toBe(true);
  }
}

test('a failure is drawn as a sequence diagram', async () => {
  const failure = await simulate(shop(), packers, { events: ordered, seeds: 50 }).catch(
    (error: SimulationFailure) => error.message,
  );
  const [, diagram = ''] = /```mermaid\n([\s\S]*)\n```/.exec(String(failure)) ?? [];
  expectMermaid(diagram);
  expect(diagram).toMatch(/participant p\d as outside/);
  expect(diagram).toMatch(/->>p\d+: evt.paid 1@/);
  expect(diagram).toMatch(/Note over p\d: 1@.* is unhandled: no state takes evt.paid now/);
});

test('no text can break out of its line', () => {
  const texts = ['a;b', '#35;', 'x\ny', 'end', 'p1->>p2: forged', '%% gone', '"<b>{}"', '\u2028\u0007', ' '];
  const happenings = texts.map((text) => ({ at: 1, from: text, to: 'store', text }));
  expectMermaid(sequenceDiagram([...happenings, { at: 2, from: 'fn1', text: 'x;\n#' }], undefined));
});

test('a long story shows its end, and how much came before', () => {
  const happenings = Array.from({ length: 200 }, (_, n) => ({ at: n, from: 'fn1', text: `happening ${n}` }));
  const diagram = sequenceDiagram(happenings, undefined);
  expect(diagram).toContain('120 earlier ones are left out');
  expect(diagram).toContain('happening 199');
  expect(diagram).not.toContain('happening 5\n');
});

test('how much time has gone by is told', () => {
  const at = (ms: number) => ({ at: ms, from: 'fn1', text: 'x' });
  const diagram = sequenceDiagram(
    [at(0), at(5_000), at(605_000), at(40_000_000), at(1_000_000_000)],
    undefined,
  );
  for (const span of ['5 s later', '10 min later', '11 h later', '11 days later'])
    expect(diagram).toContain(span);
});
