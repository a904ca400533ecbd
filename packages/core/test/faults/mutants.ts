// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these strings are pieces of source text
/** A guarantee taken out of the sources: the one place it rests on, replaced. */
export interface Mutant {
  readonly name: string;
  /** Below `src`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
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
    find: 'if (!(isXorcaError(error) && error.retryable)) throw error;',
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
];
