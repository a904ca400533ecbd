// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these strings are pieces of source text
import type { FaultRates } from '../../src/simulation/faults.ts';

/** A guarantee taken out of the sources: the one place it rests on, replaced. */
export interface Mutant {
  readonly name: string;
  /** Below `src` of core. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Faults that must strike oftener than they do by default for it to be noticed in few worlds. */
  readonly faults?: FaultRates;
}

export const mutants: readonly Mutant[] = [
  {
    name: 'no dedupe',
    file: 'run/take.ts',
    find: 'if (hasSeen(run.seen, cause)) return',
    replace: 'if (hasSeen("", cause)) return',
  },
  {
    name: 'publish before save',
    file: 'process-runner.ts',
    find: 'const effects = env.carried ? plan.effects : undefined;',
    replace:
      'const effects = env.carried ? plan.effects : undefined; if (env.publisher) await publishAll(env.publisher, plan.effects);',
  },
  {
    name: 'outbox cleared before publish',
    file: 'run/finish.ts',
    find: 'settings.carried ? kept : [...kept, ...run.decided]',
    replace: 'settings.carried ? kept : [...kept]',
  },
  {
    name: 'ids not stable',
    file: 'effects.ts',
    find: 'const id = `${context.id}/${counter + events.length + 1}`;',
    replace: 'const id = `${context.id}/${Math.random()}`;',
  },
  {
    name: 'the counter of ids not kept',
    file: 'run/finish.ts',
    find: 'counter: counterOf(run),',
    replace: 'counter: 0,',
  },
  {
    name: 'wake forgotten',
    file: 'wake-at.ts',
    find: 'return at === Number.POSITIVE_INFINITY ? null : at;',
    replace: 'return null;',
  },
  {
    name: 'unconfirmed effects forgotten by the wake',
    file: 'wake-at.ts',
    find: 'for (const entry of body.outbox) if (!entry.refused) at = Math.min(at, entry.at + resendAfterMs);',
    replace: '',
  },
  {
    name: 'a timer fired is not taken out',
    file: 'engine/timer-book.ts',
    find: 'return timers.get(timer.key)?.token === timer.token && timers.delete(timer.key);',
    replace: 'return true;',
  },
  {
    name: 'a failed save answered as if it had worked',
    file: 'process-runner.ts',
    find: "if (!(isXorcaError(error) && error.retryable) || error.code === 'XORCA_LOCK_LOST') throw error;",
    replace: 'if (isXorcaError(error)) return { plan, saved: savedOf(plan, 0), before: stored };',
  },
  {
    name: 'settling writes over what others saved',
    file: 'settle.ts',
    find: 'const fresh = await store.load(record.id);\n      current = fresh && { ...fresh, body: decodeBody(fresh.record) };',
    replace:
      'const fresh = await store.load(record.id);\n      current = fresh && { ...saved, revision: fresh.revision };',
  },
  {
    name: 'a remembered record trusted without a save',
    file: 'process-runner.ts',
    find: "if (fromWarm && !(plan.record && plan.outcomes.every(({ status }) => status === 'applied'))) {",
    replace: 'if (fromWarm && !fromWarm) {',
  },
  {
    name: 'a publish that failed is confirmed',
    file: 'publish.ts',
    find: 'for (const one of failuresOf(error, events)) failed.set(one.id, one);',
    replace: 'failuresOf(error, events);',
  },
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
    find: 'if (run.early.list().length > 0) run.early.offer((event) => offer(run, event, atOnce), run.now);',
    replace: 'offer;',
  },
  {
    name: 'an early event taken is kept',
    file: 'run/early-events.ts',
    find: "if (offered === 'taken') {\n          replace(event, []);\n          at = 0;",
    replace: "if (offered === 'taken') {\n          at++;",
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
  {
    name: 'what the bus refuses is forgotten',
    file: 'settle.ts',
    find: 'return [{ ...entry, at: now, refused: true as const }];',
    replace: 'return [];',
  },
  {
    name: 'a redrive that does not send what was refused',
    file: 'run/control.ts',
    find: 'for (const entry of refused) run.resend.add(entry);',
    replace: '',
  },
  {
    name: 'answers of a fleet not remembered',
    file: 'fleet/carry-out.ts',
    find: "if (!settings.answers) return published(call, settings, answer, 'applied');",
    replace: "if (settings) return published(call, settings, answer, 'applied');",
  },
  {
    name: 'what was sent after all stays a problem',
    file: 'settle.ts',
    find: 'problem = unlessSent(problem, outbox);',
    replace: 'unlessSent(problem, outbox);',
    faults: { refuse: 0.1 },
  },
  {
    name: 'the deadline forgotten by the wake',
    file: 'wake-at.ts',
    find: 'return Math.min(at, body.deadlineAt ?? at);',
    replace: 'return at;',
  },
  {
    name: 'each attempt of a command begins a process of its own',
    file: 'orchestrator.ts',
    find: "[event['commandid'], isStart",
    replace: '[undefined, isStart',
  },
  {
    name: 'a later attempt answered without the output',
    file: 'run/attempts.ts',
    find: '(draft?.view() ?? before?.snapshot ?? {})',
    replace: '(before?.snapshot ?? {})',
  },
  {
    name: 'an early event that failed never tried again',
    file: 'run/pass-time.ts',
    find: 'if (run.early.list().some(({ failed }) => failed && triedAgainAt(failed) <= now)) offerEarly(run);',
    replace: '',
  },
  {
    name: 'what is sent again in the order of the repetitions',
    file: 'run/finish.ts',
    find: 'resend: resendOf(run),',
    replace: 'resend: resendOf(run) && [...run.resend].map(({ event }) => event),',
  },
  {
    name: 'a problem kept when its event is not wanted any more',
    file: 'run/take.ts',
    find: "const isOver = outcome.status === 'unhandled' &&",
    replace: "const isOver = outcome.status === 'foreign' &&",
  },
  {
    name: 'effects lost when the machine fails after its step',
    file: 'run/take.ts',
    find: '  // What it let early events and overdue timers do is its doing too.\n',
    replace: '  if (run.problem) run.decided.length = marks[0];\n',
  },
];
