import { cover } from './cover.ts';
import type { CoverageReport, CoveredItem, Tally } from './coverage-report.ts';

const WIDTH = 110;
const KINDS = ['states', 'transitions', 'commands'] as const;

/** A report for people. `details`: also how often each item was reached. */
export function coverageText(report: CoverageReport, { details = false } = {}): string {
  const { orchestrator, version, unreached, walk } = report;
  const parts = [
    [`Paths of ${orchestrator} ${version}`, ...KINDS.map((kind) => tallyText(kind, report[kind]))],
    ...(details ? [countLines(report)] : []),
    ...(unreached.length > 0 ? ways(unreached) : []),
    ...(walk ? [notes(report)] : []),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

export function percent(share: number): string {
  // Rounded down: what is not complete must not read as 100 %.
  return `${Math.floor(share * 100)} %`;
}

function tallyText(kind: string, { reached, total, share }: Tally): string {
  return `  ${kind.padEnd(12)} ${`${reached} of ${total}`.padEnd(12)} ${total === 0 ? '' : percent(share)}`.trimEnd();
}

function ways(unreached: readonly CoveredItem[]): string[][] {
  const covering = cover(unreached, ({ path }) => path);
  const lost = unreached.filter(({ path }) => !path);
  return [
    covering.flatMap(({ path, items }, at) => [
      ...(at === 0 ? ['Not reached yet, and how to get there'] : []),
      ...wrapped(path.text).map((line, row) => (row === 0 ? `  ${at + 1}. ${line}` : `     ${line}`)),
      ...items.map(({ kind, name }) => `       - ${kind} ${name}`),
    ]),
    lost.flatMap(({ kind, name, reason }, at) => [
      ...(at === 0 ? ['Not reached, and no way was found'] : []),
      `  ${kind} ${name}`,
      `       - ${reason}`,
    ]),
  ];
}

/** A path in lines that a terminal shows without breaking them, each broken before a move. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const part of text.split(/(?= · )/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + part.length > WIDTH) lines.push(part.replace(/^ · (?=.)/, '· '));
    else lines[lines.length - 1] = last + part;
  }
  return lines;
}

function notes({ walk }: CoverageReport): string[] {
  const { isCut = false, states = 0, faults = [] } = walk ?? {};
  return [
    ...(isCut ? [`The walk was cut after ${states} states: there may be more paths than these.`] : []),
    ...faults.map(({ path, message }) => `The machine throws on the way ${path.text}: ${message}`),
  ];
}

function countLines({ items, byCommand }: CoverageReport): string[] {
  const plain = items.filter(({ kind }) => kind !== 'command');
  const width = Math.max(...items.map(({ count }) => String(count).length));
  return [
    'How often',
    ...plain.map(({ kind, name, count }) => `  ${String(count).padStart(width)} × ${kind} ${name}`),
    ...byCommand.map(({ command, ...counts }) => {
      const said = Object.entries(counts).flatMap(([how, count]) => (count > 0 ? [`${how} ${count} ×`] : []));
      return `  ${command}: ${said.join(', ') || 'never asked'}`;
    }),
  ];
}
