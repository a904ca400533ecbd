import { hint } from '@xorca/core/backend';
import type { Past, Seen } from './seen.ts';
import { inline, span, stateText } from './show.ts';

/** What can happen to the process now, in words: events, answers, time. */
export function possibleText({ world, seen }: Past): string {
  const { process, now } = seen.at(-1) as Seen;
  const { orchestrator, publisher } = world;
  if (!process) {
    const { startType } = orchestrator;
    const by = startType === undefined ? '' : `, or .startedBy('${startType}', …)`;
    return `There is no process ${world.id}. Begin with .started(…)${by}.`;
  }
  if (process.status !== 'active') {
    return `The process has ended (${process.status}) in ${stateText(process.value)}: nothing moves it any more.`;
  }
  const commands = process.commands.map(({ type, id, attempt, dueAt, resting, actor }) => {
    const input = inline(publisher.published.find((event) => event.id === id)?.data, 60);
    const until =
      dueAt === null
        ? ''
        : resting
          ? `, sent again in ${span(dueAt - now)}`
          : `, given up in ${span(dueAt - now)}`;
    return `waits for ${type} ${input} (actor ${actor}, attempt ${attempt}${until})`;
  });
  const timers = process.timers.map(({ at, event }) => `has the timer ${event} in ${span(at - now)}`);
  const events = takes(world, process).map((type) => `takes ${type}`);
  const all = [...events, ...commands, ...timers];
  const head = `Now, in ${stateText(process.value)}, it`;
  if (all.length === 0) return `${head} takes no event, waits for no command and has no timer.`;
  return [head, ...all.map((line) => `  ${line}`)].join('\n');
}

/** Which event was perhaps meant by one that no state knows; empty when its type is known. */
export function eventHint({ world, seen }: Past, type: string): string {
  const { process } = seen.at(-1) as Seen;
  const { orchestrator } = world;
  const version = process?.version ?? orchestrator.versions.at(-1) ?? '';
  if (!orchestrator.versions.includes(version)) return '';
  const machine = orchestrator.machine(version, world.id);
  const answers = machine.commands.flatMap(({ success, failure }) => [success, failure]);
  const starts = orchestrator.startType === undefined ? [] : [orchestrator.startType];
  const every = machine.stateKeys.flatMap((key) => machine.takes(valueAt(key)));
  const known = [...new Set([...(process ? [...every, ...answers] : []), ...starts, ...orchestrator.wants])];
  if (known.includes(type) || (process && machine.accepts(type))) return '';
  return hint(type, known).trim();
}

/** The state that was perhaps meant by a name that no state has; empty when one has it. */
export function stateHint({ world, seen }: Past, name: unknown): string {
  const version = (seen.at(-1) as Seen).process?.version;
  if (typeof name !== 'string' || version === undefined || !world.orchestrator.versions.includes(version))
    return '';
  const names = world.orchestrator.machine(version, world.id).stateKeys.map((key) => key.replaceAll('#', ''));
  return names.includes(name) ? '' : hint(name, names).trim();
}

function takes(world: Past['world'], { version, value }: NonNullable<Seen['process']>): readonly string[] {
  const { orchestrator, id } = world;
  return orchestrator.versions.includes(version) ? orchestrator.machine(version, id).takes(value) : [];
}

/** `#Regulate.#Grounded.Check` as the value of that state alone. */
function valueAt(key: string): unknown {
  const names = key.replaceAll('#', '').split('.');
  return names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), {});
}
