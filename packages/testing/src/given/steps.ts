import {
  type CloudEvent,
  type CommandContract,
  type EventContract,
  isXorcaError,
  XorcaError,
} from '@xorca/core';
import { assertOptions, durationMs } from '@xorca/core/backend';
import { findCommand, WHICH, type WhichCommand } from './find-command.ts';
import { passTime } from './pass-time.ts';
import { inline } from './show.ts';
import type { Attributes, PlainEvent, Step, Steps } from './step.ts';
import { deliver, type World } from './world.ts';

/** Makes each step. */
export const steps: Steps<Step> = {
  started: (input, options = {}) => {
    assertOptions(options, ['version'], 'started');
    const { version } = options;
    return {
      title: titled('started', version && `on ${version}`, inline(input)),
      async take(world) {
        world.repeat = async () => {
          const { id } = world;
          const start = { id, input, ...(version === undefined ? {} : { version }) };
          const { status, reason, error } = await world.runner.start(start);
          return { outcome: status, reason, error };
        };
        return world.repeat();
      },
    };
  },
  startedBy: (
    contract: EventContract | CommandContract | string,
    data?: unknown,
    more: Attributes = {},
  ): Step => {
    const type = typeof contract === 'string' ? contract : contract.type;
    return {
      title: titled('started by', type, inline(data)),
      take(world) {
        const event = { source: '/test', ...more, id: more.id ?? `start-${world.id}`, type, data };
        // A command of another process names the new one by its own id and source.
        world.id = world.orchestrator.processId({ subject: world.id, ...event } as CloudEvent);
        return deliver(world, event);
      },
    };
  },
  event: (what: EventContract | PlainEvent | string, data?: unknown, more: Attributes = {}): Step => {
    const event =
      typeof what === 'string'
        ? { ...more, type: what, data }
        : isContract(what)
          ? { ...more, type: what.type, data }
          : what;
    return {
      title: titled('event', event.type, inline(event.data)),
      take: (world) => deliver(world, event),
    };
  },
  answered: (contract, ...rest: readonly unknown[]) => answer('answered', contract, contract.success, rest),
  failed: (contract, ...rest: readonly unknown[]) => answer('failed', contract, contract.failure, rest),
  advance: (duration) => {
    const ms = durationMs(duration, 'The time to advance');
    return {
      title: titled('advance', typeof duration === 'number' ? `${duration}ms` : duration),
      take: (world) => passTime(world, ms),
    };
  },
  again: () => ({
    title: 'the same delivered again',
    repeats: true,
    take: async ({ repeat }) => repeat?.() ?? { outcome: 'failed', reason: 'nothing was delivered yet' },
  }),
  cancelled: (reason) =>
    control(titled('cancelled', reason && `(${reason})`), ({ runner, id }) =>
      runner.cancel(id, reason === undefined ? {} : { reason }),
    ),
  redriven: () => control('redriven', ({ runner, id }) => runner.redrive(id)),
  migrated: (version) => control(`migrated to ${version}`, ({ runner, id }) => runner.migrate(id, version)),
  deployed: (next) =>
    control(`deployed ${next.name} ${next.versions.join(', ')}`, async (world) => {
      const { name } = world.orchestrator;
      if (next.name !== name) {
        throw new XorcaError(
          'XORCA_CONFIG',
          `What is deployed must bear the name of what was there before, ${name}, not ${next.name}: processes belong to a name.`,
        );
      }
      world.deploy(next);
    }),
};

export const {
  started,
  startedBy,
  event,
  answered,
  failed,
  advance,
  again,
  cancelled,
  redriven,
  migrated,
  deployed,
} = steps;

function answer(
  how: string,
  contract: CommandContract,
  type: string,
  [data, wanted]: readonly unknown[],
): Step {
  const which = (wanted ?? {}) as WhichCommand;
  assertOptions(which, WHICH, `${how}(${contract.type})`);
  return {
    title: titled(
      which.late ? `late ${how}` : how,
      contract.type,
      which.attempt && `(attempt ${which.attempt})`,
      inline(data),
    ),
    async take(world) {
      const command = await findCommand(world, contract, which);
      if (typeof command === 'string') return { outcome: 'unhandled', reason: command };
      const { id, source, subject } = command;
      return deliver(world, {
        type,
        data,
        // As a fleet numbers its answers: two answers to one command are one event.
        id: `${id}/answer`,
        source: '/test/fleet',
        causationid: id,
        causationsource: source,
        ...(subject === undefined ? {} : { subject }),
      });
    },
  };
}

/** What somebody in charge does. That it cannot be done is its outcome. */
function control(title: string, act: (world: World) => Promise<unknown>): Step {
  return {
    title,
    async take(world) {
      try {
        await act(world);
        return { outcome: 'applied' };
      } catch (error) {
        if (isXorcaError(error)) return { outcome: 'failed', error };
        throw error;
      }
    },
  };
}

function isContract(what: EventContract | PlainEvent): what is EventContract {
  const { data } = what;
  return typeof data === 'object' && data !== null && '~standard' in data;
}

function titled(...words: ReadonlyArray<string | number | undefined>): string {
  return words.filter((word) => word !== undefined && word !== '' && word !== 0).join(' ');
}
