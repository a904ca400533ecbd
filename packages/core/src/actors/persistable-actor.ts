import type { Actor, AnyActorLogic, EventFromLogic, SnapshotFrom } from 'xstate';
import { actorAt } from '../engine/actor-path.ts';
import { contractsOf } from '../engine/contracts-of.ts';
import type { Timer } from '../engine/engine.ts';
import { assertRestorable, fitForRecord } from '../engine/persist.ts';
import { stateKeysOf } from '../engine/state-key.ts';
import { keepTimers, type TimerBook, takeTimer } from '../engine/timer-book.ts';
import { type ActorNode, isMachine } from '../engine/xstate-internals.ts';
import { messageOf, XorcaError } from '../errors.ts';
import { type KeptLease, keepLease } from '../kept-lease.ts';
import { assertOptions } from '../options.ts';
import type {
  Clock,
  ProcessLock,
  ProcessRecord,
  ProcessStatus,
  ProcessStore,
  StoredProcess,
} from '../ports.ts';
import { assertProcessId } from '../process-id.ts';
import { decodeBody, encodeBody, RECORD_FORMAT, type RecordBody } from '../record.ts';
import { wakeAtOf } from '../wake-at.ts';

/** Where a `PersistableActor` keeps its state, and how it is made from it. Unknown names are `XORCA_CONFIG`. */
export interface PersistableActorInput<
  Logic extends AnyActorLogic,
  Kept extends Actor<Logic> = Actor<Logic>,
> {
  /** Key of the state in the storage. */
  readonly id: string;
  readonly storage: ProcessStore;
  /** Makes the actor, from its stored snapshot if there is one. Must not start it. */
  readonly actorCreator: (id: string, snapshot: SnapshotFrom<Logic> | undefined) => Kept;
  readonly lock?: ProcessLock;
  /**
   * `read-write`: the lock is held from `init` to `close`, renewed for as long, so nobody else works on the state meanwhile: always close. `write`: while saving.
   * Without it a lost update is impossible all the same: the later `save` throws `XORCA_CONFLICT`.
   */
  readonly locking?: 'write' | 'read-write';
  /** How long to wait for the lock, in ms. Default 10,000. */
  readonly acquireLockMaxTimeout?: number;
  /** After this time in ms a lock that is neither renewed nor given back is free, as after a crash. Default 30,000. */
  readonly lockTtl?: number;
  readonly clock?: Clock;
}

const OPTIONS = [
  'id',
  'storage',
  'actorCreator',
  'lock',
  'locking',
  'acquireLockMaxTimeout',
  'lockTtl',
  'clock',
];

/**
 * Any xstate actor whose state outlives the function: `init`, work with it, `save`, `close`. Delayed events are kept in
 * absolute time; those that came due meanwhile are delivered by `start`.
 */
export class PersistableActor<Logic extends AnyActorLogic, Kept extends Actor<Logic> = Actor<Logic>> {
  readonly id: string;
  readonly #input: PersistableActorInput<Logic, Kept>;
  #actor: Kept | undefined;
  #stored: StoredProcess | undefined;
  #body: RecordBody | undefined;
  #book: TimerBook | undefined;
  #lease: KeptLease | undefined;

  constructor(input: PersistableActorInput<Logic, Kept>) {
    assertOptions(input, OPTIONS, 'PersistableActor');
    assertProcessId(input.id);
    if (input.locking && !input.lock) {
      throw new XorcaError(
        'XORCA_CONFIG',
        `PersistableActor has locking '${input.locking}' but no lock: give one, or leave locking out.`,
      );
    }
    this.id = input.id;
    this.#input = input;
  }

  /** The actor itself. Throws before `init`. */
  get actor(): Kept {
    if (this.#actor) return this.#actor;
    throw new XorcaError(
      'XORCA_CONFIG',
      `PersistableActor ${JSON.stringify(this.id)} is not ready: await init() first.`,
    );
  }

  /** Loads the state and makes the actor. */
  async init(): Promise<void> {
    if (this.#input.locking === 'read-write') this.#lease = await this.#acquire();
    try {
      this.#stored = await this.#input.storage.load(this.id);
      this.#body = this.#stored && decodeBody(this.#stored.record);
      // The body was parsed for this actor alone, so the actor may change the snapshot it is given.
      this.#actor = this.#input.actorCreator(
        this.id,
        this.#body?.snapshot as SnapshotFrom<Logic> | undefined,
      );
      this.#assertNoCommands();
      this.#book = keepTimers((this.#actor as unknown as ActorNode).system, {
        timers: this.#body?.timers ?? [],
        sequence: this.#body?.sequence ?? 0,
        now: this.#now(),
        processId: this.id,
      });
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Starts the actor and delivers what came due since it was saved. */
  start(): this {
    this.actor.start();
    const now = this.#now();
    const due = [...(this.#book?.timers.values() ?? [])].filter(({ at }) => at <= now);
    for (const timer of due.sort((a, b) => a.at - b.at || a.token - b.token)) this.#fire(timer);
    return this;
  }

  send(event: EventFromLogic<Logic>): void {
    this.actor.send(event);
  }

  getSnapshot(): SnapshotFrom<Logic> {
    return this.actor.getSnapshot();
  }

  /**
   * Writes the state. `XORCA_CONFLICT` when somebody else saved it since `init`; `XORCA_LOCK_LOST` when the lock, which is renewed while the
   * work goes on, was lost all the same; `XORCA_MACHINE` when the actor failed.
   */
  async save(): Promise<void> {
    const record = this.#record();
    const lease = this.#input.locking === 'write' ? await this.#acquire() : undefined;
    try {
      await (lease ?? this.#lease)?.assertHeld();
      const revision = await this.#input.storage.save(record, this.#stored?.revision);
      this.#stored = { record, revision };
    } finally {
      await lease?.release();
    }
  }

  /** Gives the lock back. The actor is not stopped: that would end what it invokes, in the saved state too. */
  async close(): Promise<void> {
    const lease = this.#lease;
    this.#lease = undefined;
    await lease?.release();
  }

  #record(): ProcessRecord {
    const snapshot = this.actor.getSnapshot() as {
      status?: string;
      value?: unknown;
      error?: unknown;
    };
    if (snapshot.status === 'error') {
      throw new XorcaError(
        'XORCA_MACHINE',
        `Actor ${JSON.stringify(this.id)} failed and was not saved: ${messageOf(snapshot.error)}. The stored state is as it was.`,
        { processId: this.id, cause: snapshot.error },
      );
    }
    assertRestorable(this.actor as unknown as ActorNode, this.id);
    const before = this.#body;
    const body: RecordBody = {
      ...(before ?? {
        format: RECORD_FORMAT,
        engine: 'xstate@5',
        machine: '',
        hash: '',
        counter: 0,
        seen: '',
        outbox: [],
        commands: [],
      }),
      timers: snapshot.status === 'active' ? [...(this.#book?.timers.values() ?? [])] : [],
      sequence: this.#book?.sequence ?? 0,
      snapshot: fitForRecord(this.actor.getPersistedSnapshot(), this.id),
    };
    const status: ProcessStatus = snapshot.status === 'active' ? 'active' : 'done';
    const { orchestrator = 'persistable-actor', version = '0', revision = 0 } = this.#stored?.record ?? {};
    const wakeAt = wakeAtOf(body, status, 60_000);
    return {
      id: this.id,
      orchestrator,
      version,
      status,
      states: stateKeysOf(snapshot.value),
      stuck: false,
      revision: revision + 1,
      wakeAt,
      updatedAt: this.#now(),
      body: encodeBody(body),
    };
  }

  // It would wait for ever for an answer to what nobody ever sent.
  #assertNoCommands(): void {
    const { logic } = this.actor as unknown as ActorNode;
    const [command] = isMachine(logic) ? contractsOf(logic) : [];
    if (!command) return;
    throw new XorcaError(
      'XORCA_CONFIG',
      `Actor ${JSON.stringify(this.id)} invokes ${command.type}, but a PersistableActor sends no commands. Use createRunner.`,
      { processId: this.id },
    );
  }

  #fire(timer: Timer): void {
    if (!this.#book || !takeTimer(this.#book, timer)) return;
    actorAt(this.actor as unknown as ActorNode, timer.to)?.send(timer.event);
  }

  async #acquire(): Promise<KeptLease | undefined> {
    const { lock, lockTtl: ttlMs = 30_000, acquireLockMaxTimeout: timeoutMs = 10_000 } = this.#input;
    const lease = await lock?.acquire(this.id, { ttlMs, timeoutMs });
    return lease && keepLease(this.id, lease, { ttlMs, now: () => this.#now() });
  }

  #now(): number {
    return this.#input.clock?.now() ?? Date.now();
  }
}

/**
 * Loads an actor, lets `work` use it, saves it and gives the lock back, on every path. When `work` throws, nothing is saved.
 *
 * @example
 * await withPersistableActor(input, async (actor) => { actor.start(); actor.send({ type: 'HALT' }) })
 */
export async function withPersistableActor<Logic extends AnyActorLogic, Kept extends Actor<Logic>, Result>(
  input: PersistableActorInput<Logic, Kept>,
  work: (actor: Kept, persistable: PersistableActor<Logic, Kept>) => Result | Promise<Result>,
): Promise<Result> {
  const persistable = new PersistableActor(input);
  await persistable.init();
  try {
    const result = await work(persistable.actor, persistable);
    await persistable.save();
    return result;
  } finally {
    await persistable.close();
  }
}
