// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these strings are pieces of source text
import type { Mutant } from '../mutants.ts';

/** What commands, timers, versions and early events rest on, each taken out. */
export const commandMutants: readonly Mutant[] = [
  {
    name: 'answers matched by type alone',
    file: 'run/correlate.ts',
    find: 'if (cause !== undefined && cause !== null) {',
    replace: 'if (cause === null) {',
  },
  {
    name: 'ids of commands not noted',
    file: 'engine/command-book.ts',
    find: 'if (entry) note(book, { ...entry, ids: [...entry.ids, id] });',
    replace: '',
  },
  {
    name: 'a command that was left waits on',
    file: 'engine/command-book.ts',
    find: 'forget(book, key);\n  if (!entry ||',
    replace: 'if (!entry ||',
  },
  {
    name: 'timeouts forgotten by the wake',
    file: 'wake-at.ts',
    find: 'for (const command of body.commands) at = Math.min(at, command.dueAt ?? at);',
    replace: '',
  },
  {
    name: 'no pause between attempts',
    file: 'engine/command-book.ts',
    find: 'dueAt: book.now + Math.round(pause * share)',
    replace: 'dueAt: book.now',
  },
  {
    name: 'a command sent again at each restore',
    file: 'engine/command-book.ts',
    find: 'if (entriesOf(book).has(key)) {',
    replace: 'if (entriesOf(book).has(key) && isNew) {',
  },
  {
    name: 'commands not saved',
    file: 'run/next-record.ts',
    find: 'commands: over ? [] : state.commands,',
    replace: 'commands: [],',
  },
  {
    name: 'early events not saved',
    file: 'run/next-record.ts',
    find: 'if (buffered && buffered.length > 0) body.buffered = buffered;',
    replace: '',
  },
  {
    name: 'early events offered to nobody',
    file: 'run/offer-early.ts',
    find: 'if (run.early.list().length === 0) return;',
    replace: 'return;',
  },
  {
    name: 'an early event taken is kept',
    file: 'run/early-events.ts',
    find: 'events = events.filter((other) => other !== event);\n          at = 0;',
    replace: 'at++;',
  },
  {
    name: 'the starter is not answered',
    file: 'run/start.ts',
    find: 'run.origin = !starts && event.type === orchestrator.startCommand?.type ? originOf(event) : undefined;',
    replace: 'run.origin = undefined; originOf(event);',
  },
  {
    name: 'children not called off',
    file: 'run/ending.ts',
    find: '.filter(({ key, quiet }) => key !== about.failed && !quiet)',
    replace: '.filter(() => false)',
  },
  {
    name: 'a cancelled process goes on',
    file: 'run/run.ts',
    find: 'if (ending) return ending.status;',
    replace: '',
  },
  {
    name: 'new versions for running processes',
    file: 'run/run.ts',
    find: "version: record?.version ?? '',",
    replace: "version: record ? (settings.orchestrator.versions.at(-1) ?? '') : '',",
  },
  {
    name: 'a migration that forgets what is under way',
    file: 'run/migrate-state.ts',
    find: 'const { commands, sequence } = state;',
    replace: 'const { sequence } = state; const commands: EngineState["commands"] = [];',
  },
];
