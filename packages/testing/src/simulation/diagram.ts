import type { Happening } from './happening.ts';

// What people still read; the last ones led to the end.
const MOST_ARROWS = 80;

/** What happened as a Mermaid sequence diagram: of one process, if it is named. */
export function sequenceDiagram(happenings: readonly Happening[], processId: string | undefined): string {
  const about = happenings.filter((one) => isAbout(one, processId));
  const shown = about.slice(-MOST_ARROWS);
  const names = participants(shown);
  const lines = [
    'sequenceDiagram',
    ...[...names].map(([name, id]) => `  participant ${id} as ${plain(name)}`),
  ];
  const [first] = shown;
  if (about.length > shown.length && first) {
    lines.push(
      `  Note over ${names.get(first.from)}: ${about.length - shown.length} earlier ones are left out`,
    );
  }
  let at = happenings[0]?.at ?? 0;
  for (const one of shown) {
    if (one.at - at >= SHORT_MS) lines.push(`  Note over ${names.get(one.from)}: ${span(one.at - at)} later`);
    at = one.at;
    const from = names.get(one.from);
    if (one.to === undefined) lines.push(`  Note over ${from}: ${plain(one.text)}`);
    else lines.push(`  ${from}${one.isLost ? '-x' : '->>'}${names.get(one.to)}: ${plain(one.text)}`);
  }
  return lines.join('\n');
}

const SHORT_MS = 1_000;

/** A process that a command started is part of the story of whoever sent it. */
function isAbout({ processId }: Happening, wanted: string | undefined): boolean {
  if (wanted === undefined || processId === undefined) return true;
  return processId === wanted || processId.startsWith(`${wanted}/`) || wanted.startsWith(`${processId}/`);
}

/** Those that take part, each by an id that Mermaid takes. */
function participants(happenings: readonly Happening[]): ReadonlyMap<string, string> {
  const names = new Set(happenings.flatMap(({ from, to }) => (to === undefined ? [from] : [from, to])));
  return new Map([...names].map((name, place) => [name, `p${place}`]));
}

/** A text that is no syntax: Mermaid ends a line at `;` and begins an entity with `#`. */
function plain(text: string): string {
  const short = text.length > 160 ? `${text.slice(0, 157)}...` : text;
  const safe = short
    .replace(/[^\P{C}]/gu, ' ')
    .replace(/[#;<>{}"]/g, (letter) => `#${letter.charCodeAt(0)};`)
    .trim();
  return safe === '' ? '-' : safe;
}

function span(ms: number): string {
  // Two of a unit at least: 100 minutes say more than 2 hours.
  for (const [unit, size] of UNITS) if (ms >= 2 * size) return `${Math.round(ms / size)} ${unit}`;
  return '1 s';
}

const UNITS = [
  ['days', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;
