import type { CommandContract } from '../command.ts';
import type { CommandFailure } from '../command-failure.ts';
import type { ActorNode, ActorSystemInternals } from './xstate-internals.ts';

/** How a command is sent and given up, checked and in milliseconds. */
export interface CommandSettings {
  readonly contract: CommandContract;
  readonly timeoutMs: number | undefined;
  readonly retry: RetrySettings | undefined;
  /** True: leaving the state that waits sends the contract's cancel event too. False: nothing ever does. */
  readonly cancel: boolean | undefined;
}

export interface RetrySettings {
  readonly attempts: number;
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  readonly jitter: boolean;
  readonly when: (failure: CommandFailure) => boolean;
}

/** What a command's actor is told once its answer is there. Sent to the actor itself: no event from outside can reach it. */
export type CommandSignal =
  | { readonly type: 'xorca.answered'; readonly output: unknown }
  | { readonly type: 'xorca.failed'; readonly failure: CommandFailure };

interface CommandState {
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  readonly output: unknown;
  readonly error: unknown;
  readonly input?: unknown;
  /** It was begun here, not restored. */
  readonly isNew?: true;
}

interface Scope {
  readonly self: ActorNode;
  readonly system: ActorSystemInternals;
}

/** The mark by which a command's logic is known, also one that another copy of this package made. */
const MARK = 'xorca.command';

/**
 * An actor that only waits. What it waits for, since when and how often it was asked lies in the record, outside of xstate's
 * snapshot; it speaks through the system's inspection, as the recorder explains.
 */
export function commandLogic(settings: CommandSettings) {
  return {
    config: { mark: MARK, settings },
    getInitialSnapshot: (_scope: unknown, input: unknown): CommandState => ({
      status: 'active',
      output: undefined,
      error: undefined,
      input,
      isNew: true,
    }),
    start({ input, isNew }: CommandState, { self, system }: Scope) {
      system._sendInspectionEvent({
        type: '@xorca.asked',
        actorRef: self,
        settings,
        input,
        isNew: isNew === true,
      });
    },
    transition(
      state: CommandState,
      event: CommandSignal | { type: 'xstate.stop' },
      scope: Scope,
    ): CommandState {
      if (state.status !== 'active') return state;
      switch (event.type) {
        case 'xorca.answered':
          return { status: 'done', output: event.output, error: undefined };
        case 'xorca.failed':
          return { status: 'error', output: undefined, error: event.failure };
        case 'xstate.stop':
          scope.system._sendInspectionEvent({ type: '@xorca.left', actorRef: scope.self, settings });
          return { ...state, status: 'stopped' };
        default:
          return state;
      }
    },
    // The input lies in the record beside the snapshot, as long as it may be sent again.
    getPersistedSnapshot(state: CommandState): CommandState {
      // One that was restored has none, and of a thousand that wait each copy costs.
      if (!state.isNew) return state;
      const { status, output, error } = state;
      return { status, output, error };
    },
    restoreSnapshot: (state: CommandState): CommandState => state,
  };
}

/** The settings of a command's logic; undefined for any other actor logic. */
export function commandSettings(logic: unknown): CommandSettings | undefined {
  const config = (logic as { config?: { mark?: unknown; settings: CommandSettings } } | undefined)?.config;
  return config?.mark === MARK ? config.settings : undefined;
}
