import { advance, type Plan, type Work } from './advance.ts';
import { fullJitter, sleep } from './backoff.ts';
import type { CloudEvent } from './cloud-event.ts';
import type { MachineView } from './engine/engine.ts';
import { isXorcaError, messageOf, metBy, XorcaError } from './errors.ts';
import { hintBook, wakeAtConfirmed } from './hint-book.ts';
import { type KeptLease, keepLease } from './kept-lease.ts';
import { type PlanSettings, planFor } from './plan-for.ts';
import type {
  EventPublisher,
  Journal,
  ProcessLock,
  ProcessRecord,
  ProcessStore,
  Scheduler,
  StoredProcess,
} from './ports.ts';
import { type Published, publishAll } from './publish.ts';
import { type Recent, recent } from './recent.ts';
import { decodeBody } from './record.ts';
import { type RunResult, resultOf, undone } from './run-result.ts';
import { type SavedProcess, settle } from './settle.ts';
import type { Telemetry } from './telemetry.ts';
import { type Committed, quietly, tellOthers } from './tell-others.ts';
import { type RunPorts, watchRun } from './watch/watch-run.ts';

/** All that moving one process needs. */
export interface ProcessEnvironment extends PlanSettings {
  readonly store: ProcessStore;
  /** Undefined: the caller publishes the outcomes' effects and confirms them. */
  readonly publisher: EventPublisher | undefined;
  readonly lock: ProcessLock | undefined;
  readonly lockOptions: { readonly ttlMs: number; readonly timeoutMs: number };
  readonly scheduler: Scheduler | undefined;
  readonly journal: Journal | undefined;
  readonly settle: 'eager' | 'lazy';
  /** How many processes' last records to keep for a save without a load. */
  readonly warm: number;
  readonly maxTries: number;
  readonly random: () => number;
  readonly onSnapshot: ((id: string, snapshot: MachineView) => unknown) | undefined;
  /** Sees what happens. One that throws would do harm: see `guarded`. */
  readonly telemetry: Telemetry | undefined;
  /** For what nobody else would hear of: it spoils nothing. */
  readonly report: (error: XorcaError) => void;
}

/** Leads one process the whole way of its events: load, steps, save, publish, settle. */
export interface ProcessRunner {
  /** Never throws: what goes wrong is in the outcomes, or in `error` where there are none. */
  run(id: string, work: Work, deadlineAt: number): Promise<RunResult>;
  /** What a control would do, without doing it. Throws why it cannot be done. */
  plan(id: string, work: Work): Promise<{ readonly plan: Plan; readonly before: StoredProcess | undefined }>;
  /** Takes events off the outbox that the caller published. */
  confirm(id: string, events: readonly CloudEvent[]): Promise<void>;
}

// Conflicts clear within a storage round trip: a few of those is all the waiting there is.
const BACKOFF_BASE_MS = 10;
const BACKOFF_CAP_MS = 1_000;
// Confirmations a lazy settle may owe: each is a short id, and one forgotten is only sent again.
const MAX_OWED = 10_000;

/** Makes the runner of single processes. */
export function createProcessRunner(env: ProcessEnvironment): ProcessRunner {
  const { store, telemetry } = env;
  const bare: RunPorts = { store, publisher: env.publisher, watch: undefined };
  const seen = telemetry && { ...env, telemetry, orchestrator: env.orchestrator.name };
  const warm = recent<StoredProcess>(env.warm);
  const owed: Recent<ReadonlySet<string>> = recent(MAX_OWED);
  const hints = hintBook();

  // The texts alone: a decoded body kept from step to step would be copied by each garbage collection, which costs more than a load.
  function remember(id: string, { record, revision }: StoredProcess): void {
    if (env.warm > 0) warm.set(id, { record, revision });
  }

  /** Everything up to and including the save. */
  async function commit(
    id: string,
    work: Work,
    deadlineAt: number,
    { store, watch }: RunPorts,
    lease: KeptLease | undefined,
  ): Promise<Committed> {
    let attempted: Plan | undefined;
    let met: StoredProcess | undefined;
    let fromWarm = work.control ? undefined : warm.get(id);
    for (let attempt = 0; ; attempt++) {
      const stored = fromWarm ?? met ?? (await store.load(id));
      met = undefined;
      if (stored && attempted?.record && isSame(stored.record, attempted.record)) {
        // The save had landed and only its answer was lost.
        return { plan: attempted, saved: savedOf(attempted, stored.revision), before: undefined, attempt };
      }
      const tried = watch ? watch.trying(work, stored) : work;
      const plan = await planFor(env, id, stored, tried, deadlineAt, owed.get(id));
      watch?.planned(plan);
      if (fromWarm && !(plan.record && plan.outcomes.every(({ status }) => status === 'applied'))) {
        // Only a conditional write proves a remembered record fresh; any other answer needs the stored one.
        fromWarm = undefined;
        warm.delete(id);
        continue;
      }
      fromWarm = undefined;
      if (!plan.record) return { plan, before: stored, attempt };
      await lease?.assertHeld();
      try {
        const effects = env.carried ? plan.effects : undefined;
        const revision = await store.save(plan.record, stored?.revision, effects);
        return { plan, saved: savedOf(plan, revision), before: stored, attempt };
      } catch (error) {
        warm.delete(id);
        // A store that fences refuses the save of a lost lease, and would refuse it again.
        if (!(isXorcaError(error) && error.retryable) || error.code === 'XORCA_LOCK_LOST') throw error;
        // Only once, and at once: in a crowd it is stale before its turn comes.
        met = attempt === 0 ? metBy(env.store, error) : undefined;
        const wait = met ? 0 : fullJitter(attempt, BACKOFF_BASE_MS, BACKOFF_CAP_MS, env.random);
        if (attempt + 1 >= env.maxTries || env.now() + wait >= deadlineAt) throw error;
        attempted = plan;
        if (wait >= 1) await sleep(wait);
      }
    }
  }

  /** Everything after the save: the world hears of it. */
  async function deliver(
    id: string,
    { plan, saved, before }: Committed,
    { publisher, watch }: RunPorts,
  ): Promise<Delivered> {
    const fresh = env.carried ? [] : plan.effects;
    const events = [...plan.resend, ...fresh];
    if (saved) {
      remember(id, saved);
      owed.delete(id);
    }
    if (!publisher || events.length === 0)
      return { published: undefined, wakeAt: saved?.record.wakeAt ?? null };
    const published = await publishAll(publisher, events);
    const base = saved ?? (before && { ...before, body: decodeBody(before.record) });
    if (env.settle === 'lazy' && published.failed.size === 0 && plan.resend.length === 0) {
      owed.set(id, published.confirmed);
      return { published, wakeAt: saved ? wakeAtConfirmed(saved, env) : null };
    }
    const settling = () => settleQuietly(id, base as SavedProcess, published);
    const settled = base && (await (watch ? watch.settling(settling) : settling()));
    return { published, wakeAt: (settled ?? saved)?.record.wakeAt ?? null };
  }

  async function settleQuietly(
    id: string,
    base: SavedProcess,
    published: Published,
  ): Promise<StoredProcess | undefined> {
    warm.delete(id);
    try {
      const settled = await settle(store, base, published, env.now(), env.resendAfterMs);
      if (settled) remember(id, settled);
      return settled;
    } catch (cause) {
      // The events stay in the outbox and are sent once more by a wake: a repetition, no loss.
      env.report(
        new XorcaError(
          'XORCA_UNAVAILABLE',
          `Process ${JSON.stringify(id)} could not note that its events were published: ${messageOf(cause)}`,
          { processId: id, cause },
        ),
      );
      return undefined;
    }
  }

  // The save that led here was conditional: nobody else is deleting it, and nobody has brought it back.
  async function forget(id: string): Promise<void> {
    warm.delete(id);
    await store.delete?.(id);
  }

  async function lead(id: string, work: Work, deadlineAt: number, ports: RunPorts): Promise<RunResult> {
    try {
      const lease =
        env.lock &&
        (await env.lock.acquire(id, {
          ...env.lockOptions,
          timeoutMs: Math.max(0, Math.min(env.lockOptions.timeoutMs, deadlineAt - env.now())),
        }));
      const kept = lease && keepLease(id, lease, { ttlMs: env.lockOptions.ttlMs, now: env.now });
      try {
        const committed = await commit(id, work, deadlineAt, ports, kept);
        const { published, wakeAt } = await deliver(id, committed, ports);
        await tellOthers(env, hints, id, committed, wakeAt);
        if (committed.saved && committed.plan.doomed) await forget(id);
        return resultOf(committed.plan, committed.saved !== undefined, published);
      } finally {
        if (kept) await quietly(env, id, 'its lock', () => kept.release());
      }
    } catch (thrown) {
      return undone(id, work, thrown);
    }
  }

  return {
    async plan(id, work) {
      const before = await store.load(id);
      return { plan: advance(env, id, before?.record, work, env.now()), before };
    },
    run(id, work, deadlineAt) {
      if (!seen) return lead(id, work, deadlineAt, bare);
      return watchRun(seen, id, work, (ports) => lead(id, work, deadlineAt, ports));
    },
    async confirm(id, events) {
      const stored = await store.load(id);
      if (!stored) return;
      const published = { confirmed: new Set(events.map((event) => event.id)), failed: new Map() };
      await settle(
        store,
        { ...stored, body: decodeBody(stored.record) },
        published,
        env.now(),
        env.resendAfterMs,
      );
    },
  };
}

/** What became of the events, and when the process next needs attention. */
interface Delivered {
  readonly published: Published | undefined;
  readonly wakeAt: number | null;
}

function isSame(a: ProcessRecord, b: ProcessRecord): boolean {
  return a.revision === b.revision && a.body === b.body;
}

function savedOf(plan: Plan, revision: StoredProcess['revision']): SavedProcess {
  const { record, body } = plan;
  return { record, body, revision } as SavedProcess;
}
